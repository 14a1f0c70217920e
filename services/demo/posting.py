"""A liaison team of 新蔡 in 义乌: posted, at work, called home. It has no powers of its own there (MECHANISM 1.5)."""

from contracts.liaison import PostingAccepted, PostingOffered
from contracts.vocabulary import Role
from services.demo import papers
from services.demo.cast import XINCAI, YIWU
from services.demo.stage import Stage

SCENE = "posting"


def post(stage: Stage, channel: str) -> None:
    """L1-L3, K1-K5, L7: offered, accepted, reported in, a task, outreach in numbers, ended with no task open."""
    posting = _offered(stage, channel)
    offer = stage.stands(YIWU, "postings", (channel, posting), "offered", "accepted", "posted", "ended").state["offer"]
    about = (channel, PostingAccepted.TYPE, posting)
    stage.troupe.document(YIWU, SCENE, about, {"offer": offer}, second=Role.HEAD)
    stage.at(YIWU, "intake", SCENE).say(channel, "postings", "reported_in", subject=posting)
    stage.stands(XINCAI, "postings", (channel, posting), "posted", "ended")
    stage.say("新蔡派驻两人到义乌，义乌同意并确认报到 · a team of two is posted to 义乌 and has reported in")
    _works(stage, channel, posting)
    stage.at(XINCAI, "head", SCENE).say(channel, "postings", "posting_ended", subject=posting)
    ended = stage.stands(YIWU, "postings", (channel, posting), "ended")
    stage.say(
        f"任务办结，宣传 {ended.state['outreach']} 场（只有数字），派驻结束 · task done, outreach in numbers, ended"
    )


def _offered(stage: Stage, channel: str) -> str:
    """Its subject."""
    officers = stage.troupe.ceremony.officers()[XINCAI]
    term = (stage.ahead("posted from", 0), stage.ahead("posted until", 60), stage.within("posting answer", 10))
    summary, content = papers.posting([officers["author"], officers["approver"]], *term)
    about = (channel, PostingOffered.TYPE, None)
    return stage.troupe.document(XINCAI, SCENE, about, summary, content, second=Role.HEAD).subject


def _works(stage: Stage, channel: str, posting: str) -> None:
    leader = stage.at(XINCAI, "author", SCENE)
    given = papers.task(posting, stage.ahead("task due", 20))
    task = leader.say(channel, "tasks", "task_given", given).subject
    leader.say(channel, "tasks", "task_taken", subject=task)
    leader.say(channel, "tasks", "task_done", papers.TASK_DONE, subject=task)
    leader.say(channel, "postings", "outreach_held", papers.outreach(stage.ahead("posted from", 0)), subject=posting)
