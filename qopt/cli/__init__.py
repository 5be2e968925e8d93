"""The command `qopt`: a module for each of its commands."""

from qminima.command import make_app, run

from .compare import compare
from .convert import convert
from .fetch import fetch
from .names import list_names
from .proofs import check, prove
from .solve import solve
from .warm_up import warm_up

app = make_app("qopt", "Combinatorial optimisation, QAOA beside classical methods.")
for command in (solve, compare, convert, prove, check, fetch):
    app.command()(command)
app.command("warm-up")(warm_up)
app.command("list")(list_names)


def main() -> None:
    """Run the command line."""
    run(app)
