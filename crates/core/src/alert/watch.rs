//! Follows the alerts, and tries what is broken: a store or a volume that nobody uses would stay an alert for ever.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use store::LineName;
use tokio_util::sync::CancellationToken;

use super::Alert;
use crate::line::Line;
use crate::record;

/// How often.
const LOOK: Duration = Duration::from_secs(5);

/// Runs until `stop`.
pub(crate) async fn run(line: Arc<Line>, stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = watch(&line) => {}
    }
}

async fn watch(line: &Line) {
    loop {
        tokio::time::sleep(LOOK).await;
        let (_, callbacks) = line.signals.depths();
        line.watch_callbacks(callbacks);
        if line.alerts.is_failing(Alert::DatabaseUnreachable) {
            try_store(line).await;
        }
        if line.alerts.is_failing(Alert::MediaNotWritable) {
            try_media(line).await;
        }
        line.pass_alerts();
    }
}

/// Writes what stands there already.
async fn try_store(line: &Line) {
    let deployment = record::Deployment {
        id: line.deployment.clone(),
    };
    let written = (line.records)
        .save(&LineName::main(), "deployment", &deployment)
        .await;
    match written {
        Ok(()) => line.all_clear(Alert::DatabaseUnreachable),
        Err(error) => line.alert(Alert::DatabaseUnreachable, &error.to_string()),
    }
}

/// Writes a file that goes again at once.
async fn try_media(line: &Line) {
    let id = uuid::Uuid::new_v4().to_string();
    let body = stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from_static(b"?"))]);
    match line.media.write_orphan(&id, body, 1).await {
        Ok(_) => line.all_clear(Alert::MediaNotWritable),
        Err(error) => line.alert(Alert::MediaNotWritable, &error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use store::StoreError;

    use super::*;
    use crate::link::fake;
    use crate::media::WriteError;

    #[tokio::test]
    async fn what_works_again_is_found_out_although_nobody_uses_it() {
        let (line, _dir) = fake::line().await;
        line.note_store_trouble(&StoreError::Full);
        line.note_media_trouble(&WriteError::Folder(std::io::ErrorKind::NotFound.into()));

        // As long as it does not, it stays as it is.
        let folder = line.config.media_dir.clone();
        std::fs::remove_dir(&folder).unwrap();
        try_media(&line).await;
        assert!(line.alerts.is_failing(Alert::MediaNotWritable));

        std::fs::create_dir(&folder).unwrap();
        try_media(&line).await;
        try_store(&line).await;

        // Both are well, and an alert until that has lasted for a minute.
        for alert in [Alert::MediaNotWritable, Alert::DatabaseUnreachable] {
            assert!(line.alerts.is_well_again(alert));
        }
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    }
}
