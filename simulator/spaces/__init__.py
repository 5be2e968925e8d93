"""Spaces of configurations: which basis states a vector stores, and in which order."""

from ..typing import Integers as Integers
from .electrons import Electrons as Electrons
from .electrons import Sector as Sector
from .electrons import occupation_strings as occupation_strings
from .electrons import rank as rank
from .qubits import FlipSymmetric as FlipSymmetric
from .qubits import Qubits as Qubits
from .space import MAX_QUBITS as MAX_QUBITS
from .space import Addressable as Addressable
from .space import Space as Space
from .space import SpaceError as SpaceError
from .space import bitstring as bitstring
from .space import check_qubits as check_qubits
from .space import configurations_at as configurations_at
