from .errors import InputError as InputError
from .errors import MethodError as MethodError
from .library import Library as Library
from .progress import Progress as Progress
from .result import Comparison as Comparison
from .result import Reference as Reference
from .result import Result as Result
from .runner import Interrupted as Interrupted
from .storage import write_json as write_json

__version__: str
