"""How commands stand: refused at the door, or pending, then recorded once or void (L9)."""

from fastapi import APIRouter

from services.gateway.deps import Answer, Asking, EventIdPath, NodeOf, Wait, answer, command, settled

router = APIRouter(prefix="/v1/commands", tags=["commands"])


@router.get("/{event_id}", summary="How a command stands")
def status(event_id: EventIdPath, node: NodeOf, _: Asking, wait: Wait = 0) -> Answer:
    """Pending until the log has judged it; a crash of this node loses nothing that was answered."""
    sealed = command(node, event_id)
    return answer(sealed, settled(node, sealed, wait))
