// SPDX-License-Identifier: Apache-2.0
// Token ids, logits and a conversation that is kept, resumed, forked, searched and carried elsewhere:
//
//   cargo run --example keep -- DOCUMENT QUESTION NEXT_QUESTION FOLDER
use leyden::{AskOptions, GenerateOptions, Model, ModelOptions, Result, Store};

fn short() -> AskOptions<'static> {
    AskOptions { max_tokens: 40, ..Default::default() }
}

fn raw_tokens(model: &Model, text: &str) -> Result<()> {
    let tokenizer = model.tokenizer()?;
    let greeting = tokenizer.encode("Grüße, 世界!", leyden::LEYDEN_ADDED_IGNORE)?;
    println!("{}", String::from_utf8_lossy(&tokenizer.decode(&greeting)?));
    let mut ids = tokenizer.encode(text, leyden::LEYDEN_ADDED_IGNORE)?;
    ids.truncate(64);
    let mut last = Vec::new();
    model.logits(&ids, |row| last = row.to_vec(), Default::default())?;
    let options = GenerateOptions { max_tokens: 4, ..Default::default() };
    for id in model.generate(&ids, options)?.ids {
        print!("{id} ");
    }
    let likeliest = (0..last.len()).rev().max_by(|&a, &b| last[a].total_cmp(&last[b]));
    println!("after {}", likeliest.unwrap_or(0));
    Ok(())
}

fn resume(model: &Model, session: i64, question: &str) -> Result<()> {
    let mut chat = model.chat(session, Default::default())?;
    let fresh = chat.resume_json()?.contains("\"kind\":\"new\"");
    let same = chat.verify_json(Default::default())?.contains("\"same\":true");
    println!(
        "{}, {}",
        if fresh { "new" } else { "resumed" },
        if same { "the same" } else { "not the same" }
    );
    println!("{}", chat.ask(question, &short(), |_| ())?.text);
    Ok(())
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (document, question, next, folder) = match arguments.as_slice() {
        [document, question, next, folder] => (document, question, next, folder),
        _ => return Err("usage: keep DOCUMENT QUESTION NEXT_QUESTION FOLDER".into()),
    };
    let store = Store::open(&format!("{folder}/jar"), &Default::default())?;
    let model = Model::open(None, ModelOptions { store: Some(&store), ..Default::default() })?;
    let text = std::fs::read_to_string(document)?;
    raw_tokens(&model, &text)?;

    let session = store.create_session("The tower")?;
    {
        let mut chat = model.chat(session, Default::default())?;
        chat.add_document("Log book", &text)?;
        chat.prefill(Default::default())?;
        println!("{}", chat.ask(question, &short(), |_| ())?.text);
    }
    let fork = store.fork_session(session, "A fork", 0)?;
    resume(&model, session, next)?;
    resume(&model, fork, question)?;
    let bundle = format!("{folder}/fork.leyden");
    store.export_session_json(fork, &bundle, Default::default())?;
    store.import_session_json(&bundle, Default::default())?;
    let told = store.session_transcript(fork, leyden::LEYDEN_TRANSCRIPT_MARKDOWN)?;
    println!("{}", if told.contains(question.as_str()) { "told" } else { "untold" });
    store.set_session_quota(fork, 1 << 20)?;
    store.rename_session(store.find_session("The tower")?, "Lighthouse")?;
    println!("{}", if store.search_json("lighthouse", 0)? == "[]" { "lost" } else { "found" });
    let sound = store.check_json(Default::default())?.contains("\"sound\":true");
    println!("{}", if sound { "sound" } else { "damaged" });
    Ok(())
}
