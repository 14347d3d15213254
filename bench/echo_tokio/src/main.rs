// An echo server on tokio: a task with a buffer for each client, the runtime of one thread (the other is for many
// cores, and dearer on one). Prints its port.
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

async fn echo(mut client: TcpStream) {
    let mut buffer = vec![0u8; 16384];
    while let Ok(got) = client.read(&mut buffer).await {
        if got == 0 || client.write_all(&buffer[..got]).await.is_err() {
            return;
        }
    }
}

fn main() -> std::io::Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_io().build()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?.port());
        loop {
            if let Ok((client, _)) = listener.accept().await {
                let _ = client.set_nodelay(true);
                tokio::spawn(echo(client));
            }
        }
    })
}
