"""In-place loops over arrays, one file per algebra.

Kernels take arrays and numbers only and check nothing; the actions and operators that call
them own all checks.  Every kernel has an obvious twin in `simulator.testing`.
"""
