"""Combinatorial optimisation: QAOA beside the classical methods.

>>> import networkx, qopt
>>> problem = qopt.maxcut(networkx.petersen_graph())
>>> result = qopt.solve_qaoa(problem, depth=2, seed=0)
>>> problem.score(result.bitstring)
12.0

Conventions are stated in `simulator`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
