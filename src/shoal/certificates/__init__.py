"""Certificates: read and checked, made by an authority of this machine, asked of one elsewhere.

Everything here imports `cryptography` only where it is used: most apps have no TLS.
"""

from shoal.certificates.pair import Pair, check, pair
from shoal.certificates.renewal import due, pause

__all__ = ["Pair", "check", "due", "pair", "pause"]
