//! Values that must not be seen: taken from a systemd credential, the environment or a file, and never printed.

use std::fmt;
use std::path::{Path, PathBuf};

use super::remark::shown;

/// The longest secret we read, bytes. Tokens and cookies are far below; a wrong path to something large is refused.
const LONGEST: u64 = 64 * 1024;

/// Where a secret was taken from; this much may be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretOrigin {
    /// Written into `feeds.toml` in plain text.
    Plain,
    /// `{ credential = "NAME" }`: systemd's `LoadCredential=`.
    Credential(String),
    /// `{ env = "NAME" }`
    Env(String),
    /// `{ file = "PATH" }`
    File(PathBuf),
}

/// A value that is never printed: `Debug` names its origin only, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    value: String,
    origin: SecretOrigin,
}

impl Secret {
    /// A value that stood in the file in plain text.
    pub fn plain(value: impl Into<String>) -> Self {
        Self { value: value.into(), origin: SecretOrigin::Plain }
    }

    /// The value itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.value
    }

    /// Where it came from.
    pub fn origin(&self) -> &SecretOrigin {
        &self.origin
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            SecretOrigin::Plain => f.write_str("Secret(in plain text)"),
            SecretOrigin::Credential(name) => write!(f, "Secret(credential {name})"),
            SecretOrigin::Env(name) => write!(f, "Secret(env {name})"),
            SecretOrigin::File(path) => write!(f, "Secret(file {})", path.display()),
        }
    }
}

/// Why a secret could not be had: the rest of a sentence that began with its name, and a way out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) what: String,
    pub(super) hint: Option<String>,
    /// Whether it is merely not there *here*: a service manager may well provide it elsewhere.
    pub(super) only_here: bool,
}

fn refusal(what: impl Into<String>) -> Refusal {
    Refusal { what: what.into(), hint: None, only_here: false }
}

/// Takes the credential `name` from `directory` (`$CREDENTIALS_DIRECTORY`).
pub(super) fn from_credential(name: &str, directory: Option<&Path>) -> Result<Secret, Refusal> {
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\']) || name.contains(char::is_control) {
        return Err(refusal("is not the name of a credential"));
    }
    let Some(directory) = directory else {
        return Err(Refusal {
            what: "cannot be had: `$CREDENTIALS_DIRECTORY` is not set".to_owned(),
            hint: Some(format!(
                "the unit needs `LoadCredential={name}:FILE`; outside systemd use `{{ env = \"…\" }}` or `{{ file = \"…\" }}`"
            )),
            only_here: true,
        });
    };
    let path = directory.join(name);
    let value = read(&path).map_err(|mut refusal| {
        // systemd shows credentials to the main process of a unit only: its `ExecReload=` may know where they are and
        // not be let in.
        let opened = std::fs::File::open(&path);
        refusal.only_here = opened.is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied);
        refusal.hint = Some(format!("the unit needs `LoadCredential={name}:FILE`"));
        refusal
    })?;
    Ok(Secret { value, origin: SecretOrigin::Credential(name.to_owned()) })
}

/// Takes the environment variable `name`, whose value is `value`.
pub(super) fn from_env(name: &str, value: Option<std::ffi::OsString>) -> Result<Secret, Refusal> {
    let Some(value) = value else {
        return Err(Refusal {
            what: "is not set in the environment".to_owned(),
            hint: Some("in a unit: `EnvironmentFile=`, or better a credential".to_owned()),
            only_here: true,
        });
    };
    let value = checked(value.into_encoded_bytes())?;
    Ok(Secret { value, origin: SecretOrigin::Env(name.to_owned()) })
}

/// Takes the content of `path`, without white space at its ends.
pub(super) fn from_file(path: PathBuf) -> Result<Secret, Refusal> {
    Ok(Secret { value: read(&path)?, origin: SecretOrigin::File(path) })
}

fn read(path: &Path) -> Result<String, Refusal> {
    use std::io::Read as _;

    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes));
    if let Err(error) = file {
        return Err(refusal(format!("cannot be read from `{}`: {error}", shown(&path.display().to_string()))));
    }
    checked(bytes)
}

/// One line of text; white space around it belongs to whoever wrote the file, not to the secret.
fn checked(bytes: Vec<u8>) -> Result<String, Refusal> {
    if bytes.len() as u64 > LONGEST {
        return Err(refusal("is longer than 64 KiB, which is no secret but something else"));
    }
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(refusal("is not UTF-8 text"));
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(refusal("is empty"));
    }
    if text.contains(char::is_control) {
        return Err(refusal("has more than one line, or control characters"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_never_printed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("khoa"), "bí-mật-1\n").unwrap();
        let secrets = [
            Secret::plain("bí-mật-1"),
            from_env("KHOA", Some("bí-mật-1".into())).unwrap(),
            from_credential("khoa", Some(folder.path())).unwrap(),
            from_file(folder.path().join("khoa")).unwrap(),
        ];
        for secret in secrets {
            assert_eq!(secret.expose(), "bí-mật-1");
            assert!(!format!("{secret:?} {secret:#?}").contains("bí-mật"), "{secret:?}");
        }
    }

    #[track_caller]
    fn refused(result: Result<Secret, Refusal>, part: &str) {
        let refusal = result.expect_err("refused");
        assert!(refusal.what.contains(part), "{refusal:?}");
    }

    #[test]
    fn refuses_what_is_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
        write("empty", b" \n");
        write("binary", b"\xff\xfe");
        write("lines", b"a\nb\n");
        write("long", &vec![b'x'; 70_000]);
        for (name, part) in
            [("empty", "is empty"), ("binary", "not UTF-8"), ("lines", "more than one line"), ("long", "64 KiB")]
        {
            refused(from_file(folder.path().join(name)), part);
        }
        refused(from_file(folder.path().join("absent")), "cannot be read");
        refused(from_credential("../etc/passwd", Some(folder.path())), "not the name");
        refused(from_credential("khoa", None), "$CREDENTIALS_DIRECTORY");
        refused(from_env("KHOA", None), "not set");
    }
}
