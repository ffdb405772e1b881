use futures_util::stream;
use proptest::prelude::*;
use rstest::rstest;
use tempfile::TempDir;
use tokio::io::AsyncReadExt;

use super::*;

const ID: &str = "7c1f2f0e-3c55-4b7a-9d0e-6a2c0b1d9e11";

fn folder() -> (MediaFolder, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let folder = MediaFolder::open(dir.path().join("media")).unwrap();
    (folder, dir)
}

fn body(chunks: &[&[u8]]) -> impl Stream<Item = Result<Bytes, io::Error>> + Send + use<> {
    let chunks: Vec<_> = chunks
        .iter()
        .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
        .collect();
    stream::iter(chunks)
}

fn names(folder: &MediaFolder) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(&folder.root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn what_was_written_is_read_back() {
    let (folder, _dir) = folder();

    let written = folder
        .write(ID, body(&[b"ab", b"", b"c"]), 3)
        .await
        .unwrap();
    let mut content = Vec::new();
    let mut file = folder.read(ID).await.unwrap();
    file.read_to_end(&mut content).await.unwrap();

    assert_eq!(content, b"abc");
    assert_eq!(written.bytes, 3);
    assert_eq!(written.head, b"abc".as_slice());
    // FIPS 180-2, appendix B.1
    assert_eq!(
        written.sha256,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[tokio::test]
async fn the_head_is_bounded() {
    let (folder, _dir) = folder();
    let chunk = [7_u8; 5000];

    let written = folder
        .write(ID, body(&[&chunk, &chunk, &chunk]), 20_000)
        .await
        .unwrap();

    assert_eq!((written.head.len(), written.bytes), (HEAD, 15_000));
}

#[tokio::test]
async fn a_body_over_the_limit_leaves_nothing() {
    let (folder, _dir) = folder();

    let error = folder
        .write(ID, body(&[b"ab", b"cd"]), 3)
        .await
        .unwrap_err();

    assert!(matches!(error, WriteError::TooLarge(3)), "{error}");
    assert!(names(&folder).is_empty());
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_nothing() {
    let (folder, _dir) = folder();
    let broken = body(&[b"ab"]).chain(stream::iter([Err(io::Error::other("cut"))]));

    let error = folder.write(ID, broken, 100).await.unwrap_err();

    assert!(
        matches!(&error, WriteError::Body(why) if why == "cut"),
        "{error}"
    );
    assert!(names(&folder).is_empty());
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_nothing() {
    let (folder, _dir) = folder();
    let (begun, mut was_begun) = tokio::sync::mpsc::channel(1);
    let endless = body(&[b"ab"]).chain(stream::once(async move {
        begun.send(()).await.unwrap();
        std::future::pending().await
    }));

    let writing = folder.write(ID, endless, 100);
    tokio::select! {
        _ = writing => unreachable!("the body never ends"),
        begun = was_begun.recv() => assert!(begun.is_some()),
    }

    assert!(names(&folder).is_empty());
}

#[tokio::test]
async fn an_orphan_goes_unless_it_is_kept() {
    let (folder, _dir) = folder();

    let (_, orphan) = folder.write_orphan(ID, body(&[b"a"]), 9).await.unwrap();
    assert_eq!(names(&folder), [ID]);
    drop(orphan);
    assert!(names(&folder).is_empty());

    let (_, orphan) = folder.write_orphan(ID, body(&[b"a"]), 9).await.unwrap();
    orphan.keep();
    assert_eq!(names(&folder), [ID]);
}

#[tokio::test]
async fn an_id_is_given_once() {
    let (folder, _dir) = folder();
    folder.write(ID, body(&[b"first"]), 9).await.unwrap();

    let error = folder.write(ID, body(&[b"second"]), 9).await.unwrap_err();

    assert!(matches!(error, WriteError::Taken), "{error}");
    assert_eq!(fs::read(folder.root.join(ID)).unwrap(), b"first");
}

#[tokio::test]
async fn a_file_that_passes_through_is_nobodys() {
    let (folder, _dir) = folder();

    let (written, passing) = folder.write_passing(body(&[b"abc"]), 3).await.unwrap();
    let mut content = Vec::new();
    let mut file = passing.read().await.unwrap();
    file.read_to_end(&mut content).await.unwrap();

    assert_eq!((written.bytes, content), (3, b"abc".to_vec()));
    let [name] = names(&folder).try_into().unwrap();
    assert!(name.contains(".part"), "cleared after a crash: {name}");
    drop(passing);
    assert!(names(&folder).is_empty());
    let error = folder.write_passing(body(&[b"abcd"]), 3).await.unwrap_err();
    assert!(matches!(error, WriteError::TooLarge(3)), "{error}");
    assert!(names(&folder).is_empty());
}

#[tokio::test]
async fn a_file_is_looked_at() {
    let (folder, _dir) = folder();
    let picture = sample::webp(512, 512);
    let (whole, cut) = (&picture[..], &picture[..picture.len() - 1]);

    let mut looks = Vec::new();
    for (bytes, as_picture) in [(whole, true), (cut, true), (cut, false)] {
        let (written, file) = folder
            .write_passing(body(&[bytes]), 1_000_000)
            .await
            .unwrap();
        looks.push(folder.look(&file, written.head, as_picture).await.unwrap());
    }

    assert_eq!(looks[0].unreadable, None);
    assert_eq!(looks[0].detected.picture.unwrap().width, 512);
    assert!(looks[1].unreadable.is_some());
    assert_eq!(looks[2].unreadable, None);
    for looked in looks {
        assert_eq!(looked.detected.content_type.as_deref(), Some("image/webp"));
    }
}

#[tokio::test]
async fn removing_twice_is_no_error() {
    let (folder, _dir) = folder();
    folder.write(ID, body(&[b"a"]), 9).await.unwrap();

    folder.remove(ID).await.unwrap();
    folder.remove(ID).await.unwrap();

    let error = folder.read(ID).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

#[test]
fn opening_clears_what_was_not_finished() {
    let (folder, _dir) = folder();
    fs::write(folder.root.join(ID), b"whole").unwrap();
    fs::write(folder.root.join(format!("{ID}.part")), b"ha").unwrap();

    let folder = MediaFolder::open(folder.root).unwrap();

    assert_eq!(names(&folder), [ID]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_look_into_the_folder() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, _dir) = folder();

    let mode = fs::metadata(&folder.root).unwrap().permissions().mode();

    assert_eq!(mode & 0o077, 0);
}

#[rstest]
#[case::a_path("../../../../../../../../../../etc/x1")]
#[case::nothing("")]
#[case::no_hyphens("7c1f2f0e3c554b7a9d0e6a2c0b1d9e11")]
#[case::braces("{7c1f2f0e-3c55-4b7a-9d0e-6a2c0b1d9e11}")]
#[case::a_urn("urn:uuid:7c1f2f0e-3c55-4b7a-9d0e-6a2c0b1d9e11")]
#[case::an_unfinished_file("7c1f2f0e-3c55-4b7a-9d0e-6a2c0b1d9e11.part")]
#[tokio::test]
async fn an_id_that_is_no_uuid_is_no_file(#[case] id: &str) {
    let (folder, _dir) = folder();
    fs::write(folder.root.join(format!("{ID}.part")), b"ha").unwrap();

    let read = folder.read(id).await.unwrap_err();
    let write = folder.write(id, body(&[b"a"]), 9).await.unwrap_err();
    folder.remove(id).await.unwrap();

    assert_eq!(read.kind(), io::ErrorKind::NotFound);
    assert!(matches!(write, WriteError::Folder(_)), "{write}");
    assert_eq!(names(&folder), [format!("{ID}.part")]);
}

#[test]
fn a_uuid_in_capitals_is_the_same_id() {
    assert_eq!(canonical_id(&ID.to_uppercase()).as_deref(), Some(ID));
}

proptest! {
    #[test]
    fn hex_reads_back(bytes: Vec<u8>) {
        let text = hex(&bytes);
        let back: Vec<u8> = text
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        prop_assert_eq!(back, bytes);
    }

    #[test]
    fn an_id_never_leaves_the_folder(id in "\\PC{0,60}") {
        if let Some(name) = canonical_id(&id) {
            prop_assert!(name.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-'));
        }
    }
}
