// SPDX-License-Identifier: Apache-2.0
// Asks about a document, streaming; with a folder, the conversation is kept there and goes on:
//
//   cargo run --example chat -- DOCUMENT QUESTION [FOLDER]
use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (document, question, rest) = match arguments.as_slice() {
        [document, question, rest @ ..] => (document, question, rest),
        _ => return Err("usage: chat DOCUMENT QUESTION [FOLDER]".into()),
    };
    let store = rest.first().map(|folder| leyden::Store::open(folder, &Default::default())).transpose()?;
    let options = leyden::ModelOptions { store: store.as_ref(), ..Default::default() };
    let model = leyden::Model::open(None, options)?;
    let session = match &store {
        Some(s) => s.find_session("example").or_else(|_| s.create_session("example"))?,
        None => 0,
    };
    let mut chat = model.chat(session, Default::default())?;
    let resume = chat.resume_json()?;
    if resume.contains("\"new\"") {
        chat.add_document(document, &std::fs::read_to_string(document)?)?;
    } else {
        eprintln!("resumed: {resume}");
    }
    let options = leyden::AskOptions { max_tokens: 120, ..Default::default() };
    chat.ask(question, &options, |event| {
        if let leyden::Event::Text(text) = event {
            print!("{text}");
            let _ = std::io::stdout().flush();
        }
    })?;
    println!();
    Ok(())
}
