"""Instances as plain processes of this machine. Stays empty: the keeper passes through it and must stay small."""
