"""Closed lists with words in Chinese and English (DOMAIN "Vocabulary", WIRE 34). Codes are wire; words are not."""

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A code with its words: ``NAME = code, 中文, English``."""

    zh: str
    en: str

    def __new__(cls, code: str, zh: str, en: str) -> Self:
        """The member is its code; the words hang on it."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.zh, member.en = zh, en
        return member


class KeyKind(Term):
    """A public key has one kind for ever (WIRE 8). Encryption keys are published by units, not enrolled."""

    UNIT = "unit", "单位密钥", "unit"
    REGISTRY = "registry", "登记处密钥", "registry"
    KEEPER = "keeper", "保管方密钥", "keeper"
    OFFICER = "officer", "人员密钥", "officer"
    MANDATE = "mandate", "授权密钥", "mandate"


class Role(Term):
    """What an officer may sign (FIELDS 6.2)."""

    APPROVER = "approver", "审核签发", "approver"
    AUDITOR = "auditor", "审计", "auditor"
    AUTHOR = "author", "承办", "author"
    DUTY = "duty", "值班", "duty officer"
    HEAD = "head", "局领导", "head"
    INTAKE = "intake", "归口", "intake desk"
    REVIEWER = "reviewer", "复核", "reviewer"
    TEAM = "team", "驻点组", "liaison team"


class UnitKind(Term):
    """Nature of a unit."""

    INVESTIGATING = "investigating", "公安办案单位", "investigating unit"
    COORDINATING = "coordinating", "禁毒办", "coordinating office"
    SUPERVISING = "supervising", "上级单位", "supervising office"
    AUDITOR = "auditor", "审计单位", "auditor"


class Suspension(Term):
    """Why a unit or a pairing is suspended."""

    KEY_COMPROMISE = "key_compromise", "密钥失控", "key compromise"
    BREACH = "breach", "违规", "breach"
    DISPUTE = "dispute", "争议", "dispute"
    REORGANISATION = "reorganisation", "机构调整", "reorganisation"
    ORDER = "order", "上级指令", "order of a superior"


class CountyCategory(Term):
    """The annex grades counties, never leads and never people."""

    CULTIVATION = "cultivation", "非法种植毒品原植物", "illegal cultivation"
    DRUG_USE = "drug_use", "吸毒人员管控", "drug use"
    OUTFLOW_TRAFFICKING = "outflow_trafficking", "外流贩毒", "outflow trafficking"
    MANUFACTURE = "manufacture", "制毒", "manufacture"
    PRECURSOR_DIVERSION = "precursor_diversion", "易制毒化学品流失", "precursor diversion"


class Purpose(Term):
    """What a pairing is for and a lead is about (seven)."""

    OUTFLOW_TRAFFICKING = "outflow_trafficking", "外流贩毒", "outflow trafficking"
    MANUFACTURE = "manufacture", "制毒", "manufacture"
    PRECURSOR = "precursor", "易制毒化学品", "precursor chemicals"
    TRANSIT = "transit", "入省过境贩运", "transit trafficking"
    PARCEL = "parcel", "寄递渠道", "parcel channel"
    CULTIVATION_SEED = "cultivation_seed", "种籽来源/非法种植", "seed supply and cultivation"
    VENUE_INDUCEMENT = "venue_inducement", "容留引诱吸毒", "venue and inducement"


class Classification(Term):
    """密级. Above the policy's ceiling a document is refused and goes by 机要."""

    PUBLIC = "public", "公开", "public"
    WORK_SECRET = "work_secret", "工作秘密", "work secret"


class Urgency(Term):
    """紧急程度: 8 h, 3 d, 7 d."""

    URGENT = "urgent", "特急", "urgent"
    PRIORITY = "priority", "加急", "priority"
    ROUTINE = "routine", "平件", "routine"


class UrgencyGround(Term):
    """Why something is urgent."""

    LIFE = "life", "危及生命", "danger to life"
    FLIGHT = "flight", "可能逃跑", "flight"
    EVIDENCE_LOSS = "evidence_loss", "证据灭失", "loss of evidence"
    TIME_LIMIT = "time_limit", "法定时限", "legal time limit"


class DocumentKind(Term):
    """文种."""

    LEAD_NOTICE = "lead_notice", "线索通报", "lead notice"
    ENQUIRY = "enquiry", "协查函", "enquiry"
    MEASURE_REQUEST = "measure_request", "办案协作函", "measure request"
    REPLY = "reply", "回函", "reply"
    CORRECTION = "correction", "更正函", "correction"
    WITHDRAWAL = "withdrawal", "撤回函", "withdrawal"
    POSTING = "posting", "派驻函", "posting"
    ACTION_PLAN = "action_plan", "行动方案", "action plan"
    PERIODIC_REPORT = "periodic_report", "两月报", "two-monthly report"
    SUPERVISION = "supervision", "督办单", "supervision order"
    AGREEMENT = "agreement", "协作协议", "agreement"


class Basis(Term):
    """Lawful basis of a lead (matrix in MECHANISM 3.5)."""

    CRIMINAL_CASE = "criminal_case", "刑事立案", "criminal case"
    PRE_CASE_CHECK = "pre_case_check", "立案前调查核实", "check before a case"
    ADMINISTRATIVE_CASE = "administrative_case", "行政案件", "administrative case"
    VERIFIED_REPORT = "verified_report", "举报并经核实", "verified report"
    SUPERIOR_ORDER = "superior_order", "上级交办", "order of a superior"


class SourceGrade(Term):
    """Reliability of the source."""

    A = "A", "始终可靠", "always reliable"
    B = "B", "多数可靠", "mostly reliable"
    C = "C", "多数不可靠", "mostly unreliable"
    X = "X", "未经检验", "untested"


class InformationGrade(Term):
    """Reliability of the information."""

    KNOWN_TRUE = "1", "来源确知属实", "known true by the source"
    KNOWN_PERSONALLY = "2", "来源亲身知悉", "known personally by the source"
    CORROBORATED = "3", "非亲身知悉，有佐证", "not known personally, corroborated"
    NOT_CORROBORATED = "4", "未经佐证", "not corroborated"


class Restriction(Term):
    """Handling restrictions, a set that only tightens. H-codes in exports."""

    CONDITIONS = "conditions", "附使用条件", "conditions"
    EVIDENCE_CONSENT = "evidence_consent", "作为证据须经同意", "evidence use needs consent"
    FORWARD_CONSENT = "forward_consent", "转递须经同意", "forwarding needs consent"


class PersonCategory(Term):
    """Why a person stands in a lead. There is no other category."""

    SUSPECT = "suspect", "涉嫌人员", "suspect"
    VICTIM = "victim", "被害人", "victim"
    WITNESS = "witness", "证人", "witness"


class Ground(Term):
    """Factual ground for one person. Kinship, birthplace, occupation, ethnicity, belief cannot be expressed."""

    CAUGHT_ON_SCENE = "caught_on_scene", "现场查获", "caught on the scene"
    COMMUNICATION = "communication", "通联", "communication"
    FORENSIC = "forensic", "鉴定", "forensic finding"
    MONEY_FLOW = "money_flow", "资金往来", "money flow"
    PARCEL = "parcel", "寄递物流", "parcel"
    PHYSICAL_EVIDENCE = "physical_evidence", "物证关联", "physical evidence"
    POINTED_OUT = "pointed_out", "被指认", "pointed out"
    VERIFIED_REPORT = "verified_report", "举报核实", "verified report"
    VIDEO = "video", "监控影像", "video"
    WANTED = "wanted", "在逃", "wanted"


class AccessKind(Term):
    """How content was opened."""

    READ = "read", "阅读", "read"
    UNMASK = "unmask", "去掩码", "unmask"
    PRINT = "print", "打印", "print"
    EXPORT = "export", "导出", "export"
    INDEX_SEARCH = "index_search", "索引检索", "index search"


class AccessReason(Term):
    """Why content was opened. Not for performance ranking (LED art. 25)."""

    HANDLING = "handling", "承办", "handling"
    APPROVAL = "approval", "审核", "approval"
    FEEDBACK = "feedback", "反馈", "feedback"
    SUPERVISION = "supervision", "督办调阅", "supervision"
    REDRESS = "redress", "申诉", "redress"
    REVIEW = "review", "复核", "review"
    AUDIT = "audit", "审计", "audit"
    HANDOVER = "handover", "交接", "handover"


class Declined(Term):
    """Grounds of 不予受理."""

    NOT_OUR_TERRITORY = "not_our_territory", "非本辖区", "not our territory"
    OUTSIDE_PURPOSES = "outside_purposes", "超出协作事项", "outside the purposes"
    BASIS_INSUFFICIENT = "basis_insufficient", "依据不足", "basis insufficient"
    ALREADY_HELD = "already_held", "本对口已掌握", "already held from this pairing"
    CANNOT_ACT = "cannot_act", "无法办理", "cannot act"


class Withdrawal(Term):
    """Grounds of 撤回."""

    ERROR = "error", "有误", "error"
    WRONG_RECIPIENT = "wrong_recipient", "误送", "wrong recipient"
    BASIS_LAPSED = "basis_lapsed", "依据失效", "basis lapsed"
    PERSON_CLEARED = "person_cleared", "人员排除嫌疑", "person cleared"
    SUPERSEDED = "superseded", "已被替代", "superseded"
    ORDER = "order", "上级指令", "order of a superior"


class RemovalResult(Term):
    """销毁回执."""

    REMOVED = "removed", "已删除", "removed"
    RETAINED_IN_CASE = "retained_in_case", "入卷保留", "retained in a case file"
    PARTLY = "partly", "部分删除", "partly removed"


class InfoRefusal(Term):
    """Grounds of 不予提供 of an information enquiry."""

    OUTSIDE_PURPOSES = "outside_purposes", "超出协作事项", "outside the purposes"
    UNLAWFUL = "unlawful", "不合法", "unlawful"
    EXCESSIVE = "excessive", "明显过度", "excessive"
    NOT_HELD = "not_held", "未掌握", "not held"
    CANNOT_PROVIDE = "cannot_provide", "不便提供", "cannot provide"
    ALREADY_PROVIDED = "already_provided", "本对口已提供", "already provided in this pairing"


class Use(Term):
    """利用情况."""

    USEFUL = "useful", "有用", "useful"
    PARTLY_USEFUL = "partly_useful", "部分有用", "partly useful"
    ALREADY_KNOWN = "already_known", "已掌握", "already known from this pairing"
    NOTHING_FOUND = "nothing_found", "查否", "nothing found"
    STILL_CHECKING = "still_checking", "仍在查", "still checking"


class Sector(Term):
    """Sector of work at the destination, as statistics name it."""

    MANUFACTURING = "manufacturing", "制造业", "manufacturing"
    CONSTRUCTION = "construction", "建筑业", "construction"
    TRADE = "trade", "批发零售", "wholesale and retail"
    LOGISTICS = "logistics", "物流快递", "transport and delivery"
    CATERING = "catering", "住宿餐饮", "accommodation and catering"
    SERVICES = "services", "居民服务", "other services"
    OTHER = "other", "其他", "other"


class OutflowSource(Term):
    """Where the counts come from: never from police checks."""

    STATISTICS = "statistics", "统计部门", "statistics office"
    HUMAN_RESOURCES = "human_resources", "人社部门", "human resources office"


class RequestedAction(Term):
    """请求事项. ``inform`` stands alone and starts no clock beyond signing for it."""

    ASSESS = "assess", "研判", "assess"
    CHECK = "check", "核查", "check"
    INFORM = "inform", "知悉", "for information"
    MERGE = "merge", "并案", "merge cases"
    VERIFY_ON_SITE = "verify_on_site", "落地查证", "verify on site"


class PersonApprover(Term):
    """Whose second signature a person in a document needs; the reason is not said."""

    APPROVER = "approver", "审核签发", "approver"
    HEAD = "head", "局领导", "head"


class ApproverAnswer(Term):
    """What the approver answered before signing (``answers`` of the approval)."""

    GROUNDS_CHECKED = "grounds_checked", "提示词已核对", "marked words checked against the grounds"
    UNTESTED_SUSPECT = (
        "untested_suspect",
        "来源未检验且无佐证，仍予签发",
        "untested, uncorroborated, signed anyway",
    )


class OutcomeStage(Term):
    """阶段: the first six in the order of the proceedings, then the other ends."""

    CASE_FILED = "case_filed", "立案", "case filed"
    COERCIVE_MEASURE = "coercive_measure", "采取强制措施", "coercive measure"
    INVESTIGATION_CONCLUDED = "investigation_concluded", "侦查终结", "investigation concluded"
    SENT_FOR_PROSECUTION = "sent_for_prosecution", "移送起诉", "sent for prosecution"
    PROSECUTED = "prosecuted", "提起公诉", "prosecuted"
    JUDGMENT_FINAL = "judgment_final", "判决生效", "judgment final"
    NOTHING_FOUND = "nothing_found", "查否", "nothing found"
    CASE_NOT_FILED = "case_not_filed", "不予立案", "case not filed"
    CASE_WITHDRAWN = "case_withdrawn", "撤案", "case withdrawn"
    NOT_PROSECUTED = "not_prosecuted", "不起诉", "not prosecuted"
    ACQUITTED = "acquitted", "无罪", "acquitted"
    ADMINISTRATIVE_PENALTY = "administrative_penalty", "行政处罚", "administrative penalty"
    HANDED_ELSEWHERE = "handed_elsewhere", "移交他地", "handed over elsewhere"


class CreditRole(Term):
    """协作角色. Roles count side by side, never split."""

    ASSISTED = "assisted", "协办", "assisted"
    LED = "led", "主办", "led"
    PROVIDED_LEAD = "provided_lead", "线索提供", "provided the lead"


class SubstanceKind(Term):
    """毒品、制毒物品、原植物."""

    CANNABIS = "cannabis", "大麻", "cannabis"
    EPHEDRINE = "ephedrine", "麻黄碱类", "ephedrines"
    ETOMIDATE = "etomidate", "依托咪酯类", "etomidates"
    HEROIN = "heroin", "海洛因", "heroin"
    HYDROXYLIMINE = "hydroxylimine", "羟亚胺", "hydroxylimine"
    KETAMINE = "ketamine", "氯胺酮", "ketamine"
    MDMA = "mdma", "MDMA", "MDMA"
    METHAMPHETAMINE = "methamphetamine", "甲基苯丙胺", "methamphetamine"
    OPIUM_POPPY = "opium_poppy", "罂粟", "opium poppy"
    OTHER = "other", "其他", "other"


class SubstanceForm(Term):
    """性状."""

    BLOCK = "block", "块状", "block"
    CRYSTAL = "crystal", "晶体", "crystal"
    LIQUID = "liquid", "液体", "liquid"
    OTHER = "other", "其他", "other"
    PASTE = "paste", "膏状", "paste"
    PLANT = "plant", "植株", "plant"
    POWDER = "powder", "粉末", "powder"
    SEED = "seed", "种籽", "seed"
    TABLET = "tablet", "片剂", "tablet"
    VAPE_LIQUID = "vape_liquid", "烟油", "vape liquid"


class SubstanceUnit(Term):
    """计量单位."""

    G = "g", "克", "g"
    KG = "kg", "千克", "kg"
    L = "l", "升", "L"
    ML = "ml", "毫升", "mL"
    PLANT = "plant", "株", "plants"
    TABLET = "tablet", "片", "tablets"


class SubstanceStatus(Term):
    """How the quantity is known."""

    ESTIMATED = "estimated", "估计", "estimated"
    SEIZED = "seized", "查获", "seized"
    STATED = "stated", "供述", "stated"


class AttachmentKind(Term):
    """附件种类: among them what a measure request must carry (程序规定 346-347)."""

    ARREST_WARRANT = "arrest_warrant", "逮捕证", "arrest warrant"
    CASE_ACCEPTANCE_FORM = "case_acceptance_form", "受案登记表", "case acceptance form"
    CASE_FILING_DECISION = "case_filing_decision", "立案决定书", "case filing decision"
    DETENTION_WARRANT = "detention_warrant", "拘留证", "detention warrant"
    ENQUIRY_NOTICE = "enquiry_notice", "协助查询财产通知书", "notice to assist an enquiry into property"
    FORCED_SUMMONS = "forced_summons", "拘传证", "forced summons"
    FORENSIC_OPINION = "forensic_opinion", "鉴定意见", "forensic opinion"
    FREEZING_NOTICE = "freezing_notice", "协助冻结财产通知书", "notice to assist a freezing of property"
    INVENTORY = "inventory", "清单", "inventory"
    MEASURE_REQUEST = "measure_request", "办案协作函", "measure request"
    OTHER = "other", "其他", "other"
    PHOTO = "photo", "照片", "photo"
    POLICE_ID_COPY = "police_id_copy", "人民警察证复印件", "copy of the police identity card"
    SEALING_DECISION = "sealing_decision", "查封决定书", "sealing decision"
    SEARCH_WARRANT = "search_warrant", "搜查证", "search warrant"
    SEIZURE_DECISION = "seizure_decision", "扣押决定书", "seizure decision"
    SUMMONS = "summons", "传唤证", "summons"


class AttachmentMedia(Term):
    """File forms of an attachment; the magic bytes are compared."""

    JPG = "jpg", "JPEG 图片", "JPEG"
    PDF = "pdf", "PDF 文件", "PDF"
    PNG = "png", "PNG 图片", "PNG"


class FactSource(Term):
    """Where a fact comes from. The product of technical surveillance (技侦) cannot be said."""

    CONFESSION = "confession", "供述", "confession"
    DOCUMENT = "document", "书证", "document"
    ELECTRONIC_DATA = "electronic_data", "电子数据", "electronic data"
    FORENSIC = "forensic", "鉴定", "forensic finding"
    PHYSICAL = "physical", "物证", "physical evidence"
    PUBLIC = "public", "公开", "public source"
    SCENE = "scene", "现场", "scene"
    TESTIMONY = "testimony", "证言", "testimony"
    VERIFIED_REPORT = "verified_report", "举报核实", "verified report"


class Obtained(Term):
    """获取方式 of an identifier. Technical surveillance cannot be said."""

    CONFESSION = "confession", "供述", "confession"
    OBTAINED_BY_ORDER = "obtained_by_order", "调取", "obtained by order"
    PUBLIC = "public", "公开", "public source"
    REPORT = "report", "举报", "report"
    SEIZED_AND_EXTRACTED = "seized_and_extracted", "扣押提取", "seized and extracted"
    WORK_KNOWLEDGE = "work_knowledge", "工作掌握", "known from work"


class PlaceKind(Term):
    """What happened at a place. No home of a witness or victim, no live location."""

    CULTIVATION = "cultivation", "种植地", "cultivation site"
    DEAL = "deal", "交易地", "place of a deal"
    HIDING = "hiding", "藏匿地", "hiding place"
    LABORATORY = "laboratory", "制毒点", "laboratory"
    POSTING = "posting", "寄递点", "posting point"
    SEIZURE = "seizure", "查获地", "place of seizure"


class Identification(Term):
    """How far a person is identified."""

    UNKNOWN = "unknown", "身份不明", "unknown"
    UNVERIFIED = "unverified", "待核实", "to be verified"
    VERIFIED = "verified", "已核实", "verified"


class IdDocumentKind(Term):
    """证件种类."""

    FOREIGN_RESIDENT = "foreign_resident", "外国人永久居留证", "permanent residence card of a foreigner"
    HMT_RESIDENCE = "hmt_residence", "港澳台居民居住证", "residence permit of Hong Kong, Macao, Taiwan residents"
    PASSPORT = "passport", "护照", "passport"
    RESIDENT = "resident", "居民身份证", "resident identity card"


class Sex(Term):
    """For identification only."""

    FEMALE = "female", "女", "female"
    MALE = "male", "男", "male"


class AllegedAct(Term):
    """涉嫌行为. Using drugs is none."""

    CULTIVATING = "cultivating", "种植", "cultivating"
    HARBOURING = "harbouring", "容留", "harbouring"
    INDUCING = "inducing", "引诱", "inducing"
    LAUNDERING = "laundering", "洗钱", "laundering"
    MANUFACTURING = "manufacturing", "制造", "manufacturing"
    POSSESSING = "possessing", "非法持有", "illegal possession"
    SMUGGLING = "smuggling", "走私", "smuggling"
    TRADING_PRECURSORS = "trading_precursors", "非法买卖制毒物品", "illegal trade in precursors"
    TRAFFICKING = "trafficking", "贩卖", "trafficking"
    TRANSPORTING = "transporting", "运输", "transporting"


class IdentifierKind(Term):
    """标识种类."""

    ALIPAY = "alipay", "支付宝", "Alipay account"
    BANK_CARD = "bank_card", "银行卡", "bank card"
    EMAIL = "email", "邮箱", "e-mail address"
    IMEI = "imei", "IMEI", "IMEI"
    IMSI = "imsi", "IMSI", "IMSI"
    IP = "ip", "IP 地址及时间", "IP address and time"
    LANDLINE = "landline", "固话", "landline"
    MOBILE = "mobile", "手机", "mobile"
    OTHER = "other", "其他", "other"
    QQ = "qq", "QQ", "QQ"
    WAYBILL = "waybill", "运单号", "waybill number"
    WECHAT = "wechat", "微信", "WeChat"


class EvidenceKind(Term):
    """The kinds of evidence of the law of criminal procedure (刑诉法 50)."""

    AUDIOVISUAL_ELECTRONIC = "audiovisual_electronic", "视听资料、电子数据", "audiovisual material and electronic data"
    DOCUMENT = "document", "书证", "document"
    EXPERT_OPINION = "expert_opinion", "鉴定意见", "expert opinion"
    INSPECTION_RECORD = "inspection_record", "勘验、检查、辨认、侦查实验笔录", "record of an inspection"
    PHYSICAL = "physical", "物证", "physical evidence"
    SUSPECT_STATEMENT = "suspect_statement", "犯罪嫌疑人供述和辩解", "statement of a suspect"
    VICTIM_STATEMENT = "victim_statement", "被害人陈述", "statement of a victim"
    WITNESS_TESTIMONY = "witness_testimony", "证人证言", "testimony of a witness"


class RemovalBasis(Term):
    """Why something is kept after a withdrawal."""

    CASE_FILE = "case_file", "案卷材料依法保存", "case file kept by law"
    ORDER = "order", "上级书面决定", "written decision of a superior"
    PROCEEDINGS = "proceedings", "诉讼中", "proceedings under way"


class EnquiryForm(Term):
    """种类."""

    INFO = "info", "情报协查", "information enquiry"
    MEASURE = "measure", "办案协作", "measure request"


class EnquiryPurpose(Term):
    """事由."""

    IDENTITY = "identity", "身份核实", "identity check"
    LOGISTICS = "logistics", "物流", "logistics"
    MERIT_REPORT = "merit_report", "检举立功核查", "check of a report for merit"
    MONEY = "money", "资金", "money"
    OTHER_LEAD = "other_lead", "其他线索核查", "check of another lead"
    PREMISES = "premises", "场所", "premises"
    RECORD = "record", "违法犯罪经历", "offending record"
    VEHICLE = "vehicle", "车辆", "vehicle"


class Question(Term):
    """What one item asks about one person or one identifier. Where somebody is now cannot be asked."""

    AGE = "age", "年龄", "age"
    ATTRIBUTION = "attribution", "使用人或持有人", "user or holder"
    IDENTITY = "identity", "身份", "identity"
    OPEN_CASE = "open_case", "是否涉案", "subject of a case"
    PARCEL_PARTIES = "parcel_parties", "收寄件信息", "sender and receiver"
    PREMISES = "premises", "场所情况", "premises"
    RECORD = "record", "违法犯罪经历", "offending record"
    STATEMENT_TRUE = "statement_true", "陈述是否属实", "whether a statement is true"
    TRANSACTION = "transaction", "资金往来", "transactions"
    VEHICLE_HOLDER = "vehicle_holder", "车辆登记", "vehicle registration"


class NeededBy(Term):
    """Why an answer is needed by a date."""

    CUSTODY_LIMIT = "custody_limit", "羁押期限", "custody limit"
    HEARING = "hearing", "开庭", "hearing"
    OTHER_LIMIT = "other_limit", "其他时限", "other time limit"


class AnswerCode(Term):
    """Answer to one item."""

    FOUND = "found", "查实", "found"
    NOTHING_HELD = "nothing_held", "未掌握", "nothing held"
    REFUSED = "refused", "不予提供", "refused"


class Measure(Term):
    """协作措施 (程序规定 346-347)."""

    ARREST = "arrest", "逮捕", "arrest"
    DETENTION = "detention", "拘留", "detention"
    EXAMINATION = "examination", "检查", "examination"
    FORCED_SUMMONS = "forced_summons", "拘传", "forced summons"
    FREEZING = "freezing", "冻结", "freezing"
    IDENTIFICATION = "identification", "辨认", "identification"
    INSPECTION = "inspection", "勘验", "inspection"
    INTERROGATION = "interrogation", "讯问", "interrogation"
    PROPERTY_ENQUIRY = "property_enquiry", "查询", "enquiry into property"
    QUESTIONING = "questioning", "询问", "questioning"
    SEALING = "sealing", "查封", "sealing"
    SEARCH = "search", "搜查", "search"
    SEIZURE = "seizure", "扣押", "seizure"
    SERVICE = "service", "送达文书", "service of documents"
    SUMMONS = "summons", "传唤", "summons"


class MeasureRefusal(Term):
    """Grounds of 不予提供 of a measure request: complete papers leave only the first (六个严禁)."""

    NOT_OUR_TERRITORY = "not_our_territory", "非本辖区", "not our territory"
    PAPERS_INCOMPLETE = "papers_incomplete", "手续不全", "papers incomplete"


class Cancellation(Term):
    """Grounds of 撤销 of an enquiry."""

    DUPLICATE = "duplicate", "重复", "duplicate"
    ERROR = "error", "有误", "error"
    LEAD_ENDED = "lead_ended", "线索已终止", "lead at an end"
    NO_LONGER_NEEDED = "no_longer_needed", "不再需要", "no longer needed"
    ORDER = "order", "上级指令", "order of a superior"


class NoticeKind(Term):
    """What a text is marked for before approval. A notice never blocks by itself."""

    CARD_NUMBER = "card_number", "疑似银行卡号未结构化", "looks like a card number that is not structured"
    CARD_CHECK = "card_check", "银行卡号校验位不符", "card number fails its check digit"
    ID_NUMBER = "id_number", "疑似身份证号未结构化", "looks like an identity number that is not structured"
    NOT_NFC = "not_nfc", "文字未规范化（NFC）", "text is not in normal form C"
    PHONE_NUMBER = "phone_number", "疑似电话号码未结构化", "looks like a phone number that is not structured"
    PRIVATE_USE = "private_use", "含造字", "private-use character"
    WORD = "word", "提示词：不得作为依据", "marked word: no ground"
