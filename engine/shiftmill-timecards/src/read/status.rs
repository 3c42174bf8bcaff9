//! Vendors' words for the kinds of punches.

use std::collections::BTreeMap;

use shiftmill_core::PunchKind;

/// Which kind a vendor's word or number means.
///
/// Knows our own codes, `IN`, `OUT`, `MEAL_OUT`, `LUNCH_IN`, `C/In` and the like, the words of terminals in several
/// languages, such as `上班签到`, and the numbers of ZK terminals: 0 in, 1 out, 2 break out, 3 break in, 4 overtime in (an
/// in), 5 overtime out (an out), 255 none. Entries of the caller come first.
///
/// ```
/// use shiftmill_core::PunchKind;
/// use shiftmill_timecards::read::StatusMap;
/// let map = StatusMap::parse("2=meal_start, 3=meal_end, Kommt=in").unwrap();
/// assert_eq!(map.kind("kommt"), Some(PunchKind::In));
/// assert_eq!(map.kind("2"), Some(PunchKind::MealStart));
/// assert_eq!(map.kind("MEAL_OUT"), Some(PunchKind::MealStart));
/// assert_eq!(map.kind("下班签退"), Some(PunchKind::Out));
/// assert_eq!(map.kind("lunch?"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusMap {
    own: BTreeMap<String, PunchKind>,
}

impl StatusMap {
    /// Reads `word=kind` entries that commas divide.
    ///
    /// # Errors
    /// The mistake in the first entry that cannot be read.
    pub fn parse(text: &str) -> Result<StatusMap, String> {
        let mut map = StatusMap::default();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let (word, kind) = entry.split_once('=').ok_or_else(|| format!("`{entry}` is not word=kind"))?;
            map.insert(word, kind)?;
        }
        Ok(map)
    }

    /// Adds the meaning of a word.
    pub(super) fn insert(&mut self, word: &str, kind: &str) -> Result<(), String> {
        let kind = PunchKind::from_code(kind.trim())
            .ok_or_else(|| format!("`{}` is not a kind of punch such as `in`", kind.trim()))?;
        self.own.insert(plain(word), kind);
        Ok(())
    }

    /// Adds the entries of another map, for words that this one does not have.
    pub fn or(mut self, other: &StatusMap) -> StatusMap {
        for (word, kind) in &other.own {
            self.own.entry(word.clone()).or_insert(*kind);
        }
        self
    }

    /// The kind that a word means. No word at all is a punch without direction.
    pub fn kind(&self, word: &str) -> Option<PunchKind> {
        // The common words, without making a copy of each.
        if self.own.is_empty() {
            match word {
                "IN" | "in" | "0" => return Some(PunchKind::In),
                "OUT" | "out" | "1" => return Some(PunchKind::Out),
                "" | "255" => return Some(PunchKind::Unknown),
                _ => {}
            }
        }
        let word = plain(word);
        self.own.get(&word).copied().or_else(|| known(&word))
    }

    /// True for a word that can hardly mean anything but a kind of punch with a direction; never for a number.
    pub fn is_telling(&self, word: &str) -> bool {
        let number = word.bytes().all(|byte| byte.is_ascii_digit());
        !number && self.kind(word).is_some_and(|kind| kind != PunchKind::Unknown)
    }
}

fn plain(word: &str) -> String {
    word.trim().to_lowercase().replace(['-', ' ', '/'], "_")
}

fn known(word: &str) -> Option<PunchKind> {
    let kind = match word {
        "in" | "i" | "0" | "4" | "clock_in" | "clockin" | "check_in" | "checkin" | "punch_in" | "c_in" | "sign_in"
        | "duty_on" | "on_duty" | "overtime_in" | "overtimein" | "ot_in" | "start" | "entry" => PunchKind::In,
        "out" | "o" | "1" | "5" | "clock_out" | "clockout" | "check_out" | "checkout" | "punch_out" | "c_out"
        | "sign_out" | "duty_off" | "off_duty" | "overtime_out" | "overtimeout" | "ot_out" | "end" | "exit" => {
            PunchKind::Out
        }
        "meal_out" | "lunch_out" | "lunch_start" | "meal_begin" => PunchKind::MealStart,
        "meal_in" | "lunch_in" | "lunch_end" => PunchKind::MealEnd,
        "2" | "break_out" | "breakout" | "break_begin" => PunchKind::BreakStart,
        "3" | "break_in" | "breakin" => PunchKind::BreakEnd,
        "call_back_in" | "callback_start" => PunchKind::CallbackIn,
        "call_back_out" | "callback_end" => PunchKind::CallbackOut,
        "off_site" | "外勤" | "外勤打卡" | "外勤签到" | "外勤签退" => PunchKind::Offsite,
        "" | "-" | "255" | "none" | "undefined" | "无" => PunchKind::Unknown,
        // Chinese.
        "上班签到" | "签到" | "上班" | "上班打卡" | "加班签到" | "加班上班" | "进" | "进门" | "入" | "入场" => {
            PunchKind::In
        }
        "下班签退" | "签退" | "下班" | "下班打卡" | "加班签退" | "加班下班" | "出" | "出门" | "出场" => {
            PunchKind::Out
        }
        "外出" | "外出签退" | "中途外出" | "休息开始" => PunchKind::BreakStart,
        "外出返回" | "返回" | "外出签到" | "休息结束" => PunchKind::BreakEnd,
        // Japanese and Korean.
        "出勤" | "出社" | "始業" | "출근" | "入室" => PunchKind::In,
        "退勤" | "退社" | "終業" | "퇴근" | "退室" => PunchKind::Out,
        "休憩開始" | "休憩入" | "休憩入り" | "휴식시작" => PunchKind::BreakStart,
        "休憩終了" | "休憩戻" | "休憩戻り" | "휴식종료" => PunchKind::BreakEnd,
        // German, Dutch, Polish, Turkish, Russian.
        "kommen" | "kommt" | "eingang" | "eintritt" | "wejście" | "giriş" | "приход" | "вход" => {
            PunchKind::In
        }
        "gehen" | "geht" | "ausgang" | "austritt" | "wyjście" | "çıkış" | "уход" | "выход" => {
            PunchKind::Out
        }
        "pause_beginn" | "pausenbeginn" | "pause_anfang" => PunchKind::BreakStart,
        "pause_ende" | "pausenende" => PunchKind::BreakEnd,
        // Spanish, Portuguese, French, Italian.
        "entrada" | "entrée" | "entree" | "arrivée" | "entrata" | "ingresso" => PunchKind::In,
        "salida" | "saída" | "saida" | "sortie" | "départ" | "uscita" => PunchKind::Out,
        "inicio_descanso" | "salida_descanso" | "début_pause" | "inizio_pausa" | "início_intervalo" => {
            PunchKind::BreakStart
        }
        "fin_descanso" | "entrada_descanso" | "fin_pause" | "fine_pausa" | "fim_intervalo" => PunchKind::BreakEnd,
        // Indonesian and Malay, Vietnamese, Thai.
        "masuk" | "absen_masuk" | "scan_masuk" | "vào" | "เข้า" | "เข้างาน" => PunchKind::In,
        "keluar" | "pulang" | "absen_pulang" | "scan_keluar" | "scan_pulang" | "ra" | "ออก" | "ออกงาน" => {
            PunchKind::Out
        }
        code => return PunchKind::from_code(code),
    };
    Some(kind)
}
