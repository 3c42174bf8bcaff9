//! Cases as files: one group per file.

use std::path::Path;

use serde_json::{Map, Value};

use super::keys::Keys;
use super::stated::Stated;

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its group.
    pub group: String,
    /// Its name, unique over all groups.
    pub id: String,
    /// What it states.
    pub stated: Stated,
    /// What it expects.
    pub expected: Keys,
    /// Whether its source contradicts itself or leaves a convention open.
    pub ambiguous: bool,
}

/// The cases of a folder, by file name, then in the order of the file.
///
/// # Errors
/// When a file cannot be read or is no file of cases.
pub fn cases(folder: &Path) -> Result<Vec<Case>, String> {
    let listed = std::fs::read_dir(folder).map_err(|error| format!("cannot read `{}`: {error}", folder.display()))?;
    let mut files: Vec<_> = listed.filter_map(Result::ok).map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let shown = file.display();
        let text = std::fs::read_to_string(&file).map_err(|error| format!("cannot read `{shown}`: {error}"))?;
        let value: Value = serde_json::from_str(&text).map_err(|error| format!("`{shown}` is not JSON: {error}"))?;
        cases.extend(of_group(&value).ok_or_else(|| format!("`{shown}` is no file of cases"))?);
    }
    Ok(cases)
}

fn of_group(group: &Value) -> Option<Vec<Case>> {
    let name = group.get("group")?.as_str()?;
    let policy = group.get("policy").and_then(Value::as_object).cloned().unwrap_or_default();
    let cases = group.get("cases")?.as_array()?;
    cases.iter().map(|case| of_case(name, &policy, case.as_object()?)).collect()
}

fn of_case(group: &str, policy: &Map<String, Value>, case: &Map<String, Value>) -> Option<Case> {
    let mut policy = policy.clone();
    for (key, value) in case.get("policy").and_then(Value::as_object).into_iter().flatten() {
        if value.is_null() {
            policy.remove(key)
        } else {
            policy.insert(key.clone(), value.clone())
        };
    }
    policy.remove("text");
    let stated = Stated {
        policy: Keys::new("", policy),
        punches: list(case, "punches")?,
        schedule: list(case, "schedule")?,
        leave: list(case, "leave")?,
        approvals: list(case, "approvals")?,
        timezone: case.get("timezone")?.as_str()?.to_owned(),
    };
    Some(Case {
        group: group.to_owned(),
        id: case.get("id")?.as_str()?.to_owned(),
        stated,
        expected: Keys::new("expect.", case.get("expect")?.as_object()?.clone()),
        ambiguous: case.get("ambiguous").is_some_and(|flag| *flag != Value::Bool(false)),
    })
}

fn list(case: &Map<String, Value>, key: &str) -> Option<Vec<Keys>> {
    let Some(list) = case.get(key).filter(|value| !value.is_null()) else { return Some(Vec::new()) };
    let path = format!("{key}.");
    list.as_array()?.iter().map(|row| Some(Keys::new(&path, row.as_object()?.clone()))).collect()
}
