// SPDX-License-Identifier: Apache-2.0
// Plans for a GPU, then asks with a function of this program as a tool:
//
//   cargo run --example tide -- QUESTION
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let question = std::env::args().nth(1).ok_or("usage: tide QUESTION")?;
    let gpu = leyden::PlanOptions { context: 4096, gpu_bytes: &[80_000_000_000], ..Default::default() };
    let fits = leyden::plan_json(None, &gpu)?.contains("\"fits\":true");
    println!("{}", if fits { "fits" } else { "does not fit" });

    let calls = Arc::new(AtomicU32::new(0));
    let counted = calls.clone();
    let toolbox = leyden::Toolbox::new(None, true)?;
    let tide = leyden::Tool {
        name: "tide",
        description: "When the tide is high in a port.",
        parameters: r#"{"type": "object", "properties": {"port": {"type": "string"}}}"#,
        ..Default::default()
    };
    toolbox.add_function(&tide, move |_arguments| {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok("high at noon".into())
    })?;
    let model = leyden::Model::open(None, Default::default())?;
    let mut chat = model.chat(0, Default::default())?;
    let options = leyden::AskOptions { max_tokens: 60, ..Default::default() };
    let answer = chat.run(&question, &toolbox, &options, |_| leyden::Approve::Once, |_| ())?;
    println!("{}\ncalled {}", answer.text, calls.load(Ordering::Relaxed));
    Ok(())
}
