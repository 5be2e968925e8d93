"""Options that several commands of `qopt` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..methods.registry import COMPARED, USUAL

FormatOption = Annotated[
    str | None,
    typer.Option("--from", metavar="FORMAT", help="Format of the file, unless its suffix tells."),
]
KindOption = Annotated[
    str | None,
    typer.Option(
        "--problem", metavar="KIND", help="Which problem, as qopt list names them; graphs are cut."
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Argument of the problem, as colours=4."),
]
InstanceSeedOption = Annotated[
    int | None,
    typer.Option("--instance-seed", metavar="N", help="Seed of a random instance, 0.", min=0),
]
ConstraintsOption = Annotated[
    str, typer.Option(help="How circuits keep them: mixer, where one can, or penalty.")
]
PrecisionOption = Annotated[str, typer.Option(help="Of QAOA's state: single or double.")]
SOURCE_HELP = (
    "A file, a name such as petersen, or with --problem the size of a random instance or the "
    "letters of a protein."
)
SourceArgument = Annotated[str, typer.Argument(metavar="INSTANCE", help=SOURCE_HELP)]

# Of `qopt solve`.
DepthOption = Annotated[int, typer.Option(help="Layers of QAOA.")]
ObjectiveOption = Annotated[str, typer.Option(help="What QAOA optimises: mean or cvar.")]
AlphaOption = Annotated[
    float | None, typer.Option(help="Best fraction of samples that cvar averages, 0.25.")
]
TargetOption = Annotated[
    float | None,
    typer.Option(
        "--target",
        metavar="SCORE",
        help="Searches end at this score, such as the weight of a cut.",
        show_default=False,
    ),
]

# Of `qopt compare`.
SourcesArgument = Annotated[
    list[str],
    typer.Argument(metavar="INSTANCE...", help="Files, names, or with --problem sizes."),
]
InstancesOption = Annotated[
    int,
    typer.Option(
        "--instances", metavar="N", help="Random instances of each size.", min=1, max=10_000
    ),
]
TrainOnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--train-on",
        metavar="INSTANCE",
        help="What methods choose lengths of runs and shared angles on; not compared. Sizes "
        "stand for as many random instances, other ones.",
    ),
]
ComparedOption = Annotated[
    str | None,
    typer.Option(
        "--method",
        metavar="NAME[,NAME]",
        help=f"Methods: {', '.join(USUAL)}, which run where they fit unless some are named, "
        f"and {', '.join(name for name in COMPARED if name not in USUAL)}; qopt list says what "
        "they are.",
    ),
]
DepthsOption = Annotated[
    str, typer.Option(metavar="P[,P]", help="Layers of QAOA, one number or several.")
]
NoControlsOption = Annotated[
    bool,
    typer.Option(
        "--no-controls", help="Leave out uniform samples, and local search after all samples."
    ),
]
RunsOption = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Runs, or shots, of a method on an instance; 1000, with --seconds as many as fit.",
        min=1,
    ),
]
EvaluationsOption = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Maximum cost evaluations per method and instance; 1000000, with --seconds any.",
        min=1,
    ),
]
SecondsOption = Annotated[
    float | None,
    typer.Option(metavar="S", help="Wall time that a method may take on an instance."),
]
TuningOption = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Maximum cost evaluations per method on --train-on; as --evaluations.",
        min=1,
    ),
]
TrainingShotsOption = Annotated[
    int, typer.Option(metavar="N", help="Shots of a mean while angles are trained.", min=1)
]
GateTimeOption = Annotated[
    float, typer.Option(metavar="S", help="Of a round of gates on the modelled device.")
]
ReadoutTimeOption = Annotated[
    float, typer.Option(metavar="S", help="Of readout and reset on the modelled device.")
]
CheckpointOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Keep here what is done, and go on from it."),
]
HtmlOption = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write all of it as one page.")
]
