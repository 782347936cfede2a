"""The keeper: forks every process of one environment, journals how each ended, restarts the daemon.

Standard library only, single-threaded, no asyncio: it outlives daemons and upgrades, so it must stay small (< 15 MB).
It knows nothing of workloads. Its own death stops nothing: its children go on, and a new keeper serves new ones.
"""
