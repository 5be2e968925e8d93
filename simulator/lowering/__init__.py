"""What generators and observables are on one space: actions, operators and their tables."""
