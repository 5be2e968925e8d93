"""The command `qchem`: a module for each of its commands."""

from qminima.command import make_app, run

from .names import list_names
from .solve import solve
from .warm_up import warm_up

app = make_app(
    "qchem", "Ground-state energies of molecules, quantum ansätze beside classical methods."
)
app.command()(solve)
app.command("warm-up")(warm_up)
app.command("list")(list_names)


def main() -> None:
    """Run the command line."""
    run(app)
