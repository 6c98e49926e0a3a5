"""How places are laid out."""

from rewards.standings.queries import Board, Stand


def follows_gap(stand: Stand, board: Board) -> bool:
    """Whether places are left out between this one and the one shown before it."""
    positions = [one.position for one in board.stands]
    return stand.position != positions[0] and stand.position - 1 not in positions
