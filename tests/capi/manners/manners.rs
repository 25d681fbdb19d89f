// SPDX-License-Identifier: Apache-2.0
// The same as manners.cpp, for Rust: panics of callbacks come back as panics.
use leyden::{Approve, AskOptions, Cancel, Chat, File, GenerateOptions, Model, ModelOptions, Result};
use leyden::{ReadingOptions, RunLimits, RunOptions, Store, StoreOptions, Tool, Toolbox};
use std::panic::{catch_unwind, panic_any, AssertUnwindSafe};

struct Oops;

fn fails<T>(name: &str, result: Result<T>) {
    match result {
        Ok(_) => panic!("did not fail with {name}"),
        Err(error) => assert_eq!(error.name(), name, "{error}"),
    }
}

fn comes_back<T>(call: impl FnOnce() -> T) {
    let panic = catch_unwind(AssertUnwindSafe(call)).err().expect("what the callback threw did not come back");
    assert!(panic.is::<Oops>());
}

fn models() -> Result<()> {
    assert!(leyden::abi() == 0 && !leyden::version().is_empty());
    assert!(leyden::has("logits") && !leyden::has("wings"));
    fails("not_found", Model::open(Some("/nowhere"), Default::default()));
    let folder = leyden::default_model_path()?;
    assert!(leyden::model_info_json(&folder)?.contains("\"parameters\""));
    assert!(leyden::Tokenizer::open(&folder)?.vocab_size() > 100);
    comes_back(|| {
        let mut told = |_: leyden::Progress| panic_any(Oops);
        let run = RunOptions { on_progress: Some(&mut told), cancel: None };
        Model::open(None, ModelOptions { threads: 2, run, ..Default::default() }).map(|_| ())
    });
    Ok(())
}

fn tokens(model: &Model) -> Result<()> {
    let ids = model.tokenizer()?.encode("The lamp went out", leyden::LEYDEN_ADDED_IGNORE)?;
    let mut rows = 0;
    let vocab = model.vocab_size() as usize;
    let count = |row: &[f32]| {
        assert_eq!(row.len(), vocab);
        rows += 1;
    };
    model.logits(&ids, count, Default::default())?;
    assert_eq!(rows, ids.len());
    comes_back(|| model.logits(&ids, |_| panic_any(Oops), Default::default()));
    let mut seen = 0;
    let mut second = |_: i32, _: i64| {
        seen += 1;
        seen == 2
    };
    let options = GenerateOptions { max_tokens: 9, on_token: Some(&mut second), ..Default::default() };
    let made = model.generate(&ids, options)?;
    assert!(made.ids.len() == 2 && made.json.contains("stopped_by_caller"));
    let mut throws = |_: i32, _: i64| panic_any(Oops);
    let options = GenerateOptions { max_tokens: 9, on_token: Some(&mut throws), ..Default::default() };
    comes_back(|| model.generate(&ids, options));
    fails("invalid_argument", model.generate(&[-1], Default::default()));
    Ok(())
}

fn short() -> AskOptions<'static> {
    AskOptions { max_tokens: 6, ..Default::default() }
}

fn ask(chat: &mut Chat, question: &str, options: &AskOptions) -> Result<leyden::Answer> {
    chat.ask(question, options, |_| ())
}

fn chats(store: &Store, model: &Model) -> Result<()> {
    let session = store.create_session("Tower")?;
    let mut chat = model.chat(session, Default::default())?;
    assert!(chat.session() == session && chat.resume_json()?.contains("\"new\""));
    chat.add_document("Log", "The lamp of the tower went out at nine.")?;
    comes_back(|| chat.ask("When?", &short(), |_| panic_any(Oops)));
    let part = ask(&mut chat, "When did the lamp go out?", &short())?;
    assert_eq!(part.finish_reason, "length");
    let whole = chat.go_on(&short(), |_| ())?;
    assert!(whole.text.starts_with(&part.text) && whole.text != part.text);
    chat.answer_again(&short(), |_| ())?;
    assert!(store.session_messages_json(session)?.contains("\"siblings\""));
    let cancel = Cancel::new()?;
    cancel.request();
    let cancelled = AskOptions { cancel: Some(&cancel), ..short() };
    assert_eq!(ask(&mut chat, "And then?", &cancelled)?.finish_reason, "cancelled");
    cancel.reset();
    assert!(!cancel.requested());
    assert_eq!(ask(&mut chat, "And then?", &cancelled)?.finish_reason, "length");
    let stopped = AskOptions { stop: &["e"], max_tokens: 40, ..Default::default() };
    assert!(!ask(&mut chat, "Who lit it?", &stopped)?.text.contains('e'));
    chat.go_to(0)?;
    assert!(chat.context_json("Who?")?.contains("\"draft\""));
    fails("busy", model.chat(session, Default::default()));
    Ok(())
}

fn tools(model: &Model) -> Result<()> {
    let toolbox = Toolbox::new(None, false)?;
    let tide = Tool { name: "tide", description: "When the tide is high.", ..Default::default() };
    toolbox.add_function(&tide, |call| {
        assert!(call.time_limit_s > 0.0 && !call.cancelled() && !call.offline);
        Err("no gauge".into())
    })?;
    let failed = toolbox.call_json("tide", "{}", Default::default())?;
    assert!(failed.contains("\"is_error\":true") && failed.contains("no gauge"));
    let mut chat = model.chat(0, Default::default())?;
    let limits = RunLimits { max_steps: 2, ..Default::default() };
    let options = AskOptions { max_tokens: 60, limits, ..Default::default() };
    let question = "Tell me the tide in Brest.";
    comes_back(|| chat.run(question, &toolbox, &options, |_| panic_any(Oops), |_| ()));
    let server = r#"{"name": "x", "command": ["true"], "sandbox": false}"#;
    let mut asked = String::new();
    let denied = toolbox.add_mcp_json(server, |approval| {
        asked = approval.arguments.to_string();
        Approve::Deny("not now".into())
    });
    fails("cancelled", denied);
    assert!(asked.contains("true"));
    comes_back(|| toolbox.add_mcp_json(server, |_| panic_any(Oops)));
    toolbox.set_enabled("tide", false)?;
    assert!(toolbox.list_json()?.contains("\"enabled\":false") && toolbox.log_json()?.contains("tide"));
    Ok(())
}

fn readings(model: &Model) -> Result<()> {
    let library = Toolbox::new(None, false)?;
    let (question, short) = ("Who lit the lamp?", || AskOptions { max_tokens: 20, ..Default::default() });
    fails("invalid_argument", library.ask(model, question, &short(), |_| ()));
    library.add_document_json("Log", r#"[{"label": "p. 1", "text": "The keeper lit the lamp."}]"#)?;
    let mut told = String::new();
    let answer = library.ask(model, question, &short(), |event| {
        if let leyden::Event::Reading { mode, .. } = event {
            told = mode.to_string();
        }
    })?;
    assert!(answer.json.contains("\"reading\"") && told == "whole");
    let reading = ReadingOptions { mode: leyden::LEYDEN_READING_MAP, ..Default::default() };
    let mapped = AskOptions { reading, ..short() };
    assert!(library.ask(model, question, &mapped, |_| ())?.json.contains("\"mode\":\"map\""));
    comes_back(|| library.ask(model, "Who?", &mapped, |_| panic_any(Oops)));
    Ok(())
}

fn jars(folder: &str) -> Result<()> {
    let (shut, copy) = (format!("{folder}/shut"), format!("{folder}/copy"));
    let one = StoreOptions { passphrase: "one", ..Default::default() };
    {
        let store = Store::open(&shut, &one)?;
        store.change_passphrase("one", "two")?;
        let document = store.add_document_json(r#"{"title": "Log", "parts": [{"text": "Nine."}]}"#)?;
        assert_eq!(store.document_part_text(document, 0)?, "Nine.");
        store.remove_document(document)?;
        assert_eq!(store.documents_json()?, "[]");
        store.set_setting("theme", "dark")?;
        store.backup(&copy)?;
    }
    fails("invalid_argument", Store::open(&shut, &one));
    let two = StoreOptions { passphrase: "two", read_only: true, ..Default::default() };
    assert!(leyden::repair_store_json(&shut, &two)?.contains("\"pages_lost\":0"));
    let store = Store::open(&copy, &two)?;
    assert!(store.setting("theme")? == "dark" && store.stats_json()?.contains("\"encrypted\":true"));
    fails("io", store.set_setting("theme", "light"));
    Ok(())
}

fn files(folder: &str) -> Result<()> {
    let path = format!("{folder}/log.txt");
    std::fs::write(&path, "The lamp went out at nine.\n").expect("a folder to write to");
    let mut file = File::open(&path, true, Some(&Cancel::new()?))?;
    assert!(file.page_json(0)?.contains("at nine"));
    fails("unsupported", file.image(0, 1.0));
    let mut pages = 0;
    let document = file.document_json_told(&mut |p| pages = p.done)?;
    assert!(pages == 1 && document == file.document_json()?);
    comes_back(|| file.document_json_told(&mut |_| panic_any(Oops)));
    fails("cancelled", file.document_json());
    Ok(())
}

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).expect("usage: manners FOLDER");
    std::panic::set_hook(Box::new(|info| {
        if !info.payload().is::<Oops>() {
            eprintln!("{info}");
        }
    }));
    models()?;
    let store = Store::open(&format!("{folder}/jar"), &Default::default())?;
    let options = ModelOptions { threads: 2, store: Some(&store), ..Default::default() };
    let model = Model::open(None, options)?;
    tokens(&model)?;
    chats(&store, &model)?;
    tools(&model)?;
    readings(&model)?;
    jars(&folder)?;
    files(&folder)?;
    println!("ok");
    Ok(())
}
