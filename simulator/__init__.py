"""A state-vector simulator for circuits that are products of exponentials.

Every variational circuit here is

    |psi> = exp(a_m A_m) ... exp(a_1 A_1) |initial state>,     A_k anti-Hermitian,

on a dense vector over a *space* of configurations, and every objective is a real function of
that state.  One backward sweep gives all derivatives, d value / d a_k = 2 Re <lambda|A_k|psi>.

Conventions
-----------
These hold everywhere in the project and are stated only here.

* Everything is minimised.
* Generators are exponentiated whole, exp(a A), with no half angles: A = -i P for a Pauli
  string P, A = T - T^dagger for an excitation T, A = -i f(x) for a diagonal.
* The X mixer is exp(-i beta B) with B = -sum_j X_j, whose ground state is the uniform
  superposition; a cost phase is exp(-i gamma C) with C the cost that is minimised.
* XY mixers are exp(-i beta B) with B = -sum (X_p X_q + Y_p Y_q)/2 over pairs of qubits, either as
  the exact exponential (`XYMixer`) or as an ordered product (steps of `XYPair`); the Grover mixer
  has B = -|s><s|, s the uniform superposition over the space.
* Bit j of a configuration's integer is qubit j, and character j of a bit string is qubit j.
* On `Electrons`, qubit p is alpha orbital p and qubit norb + p is beta orbital p.  A
  determinant is the product of all alpha creators left of all beta creators, orbitals
  ascending from left to right, acting on the vacuum; its amplitude is entry [I_alpha, I_beta]
  of a matrix whose rows and columns list occupation strings in ascending order.  With labels of
  orbitals, which combine by exclusive or, a vector holds determinants of one label only, as
  rectangles of that matrix by the label of the alpha strings (`Electrons.sectors`);
  `Electrons.to_matrix` gives the matrix.
* Other spaces list configurations as ascending integers; in a `Product` the first factor has the
  lowest qubits and runs fastest.
* `AxisRotation(j, x, z)` is A = i (x X_j + z Z_j), as mixers turn; Pauli strings are A = -i P.
* `OrbitalRotation(p, q)` takes orbital p to cos a p + sin a q.
* Self-inverse gates G are A = -i G at angle pi/2, which is G up to the global phase -i.
* Energies are in hartree, lengths in ångström, angles in radians.
* Randomness comes only through a keyword `seed`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
