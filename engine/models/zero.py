"""Last layers that start at zero."""

from torch import nn


def zero_last(*heads: nn.Module) -> None:
    """Set the last linear layer of each head to zero, or the head itself where it is one."""
    for head in heads:
        last = head[-1] if isinstance(head, nn.Sequential) else head
        for parameter in last.parameters():
            nn.init.zeros_(parameter)
