#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""mva - what a closed system answers in: users who think for Z, and one server that each command takes S of.

usage: tests/lab/mva.py [USERS ...]

Exact mean-value analysis (M. Reiser and S. Lavenberg, 1980): a command that comes finds on average as many there as there are with
one user less. So R(N) = S (1 + Q(N - 1)), X(N) = N / (Z + R(N)), Q(N) = X(N) R(N). It holds for exponential times and any order
that does not look at how long a command is going to take, so for CTSS's queues as for first come, first served.
"""
import sys

THINK, SERVICE = 35.0, 0.8


def solve(users, think=THINK, service=SERVICE):
    """(response in s, utilisation) of so many users."""
    queue = response = rate = 0.0
    for n in range(1, users + 1):
        response = service * (1 + queue)
        rate = n / (think + response)
        queue = rate * response
    return response, rate * service


def knee(think=THINK, service=SERVICE):
    """Of how many users on each more adds his whole service to the response."""
    return (think + service) / service


def main():
    for users in [int(word) for word in sys.argv[1:]] or [1, 10, 20, 30, 40, 44, 50, 60]:
        response, used = solve(users)
        print(f"{users:3} users: response {response:6.3f} s, utilisation {100 * used:5.1f} %")
    print(f"knee: {knee():.2f} users")


if __name__ == "__main__":
    main()
