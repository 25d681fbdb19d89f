<?xml version='1.0' encoding='utf-8'?>
<TS version="2.1" language="en">
<context>
    <name>Commands</name>
    <message>
        <source>Window</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Commands…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Session</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>New session</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open documents…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Search sessions</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Rename the session</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Fork the session</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Export the session…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Delete the session</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Take back the deletion</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Answer</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Stop the answer</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Write a question</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Find</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Go</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Reading room</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Library</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Models</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Log</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Panes</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Show or hide the sessions</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Show or hide the documents</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Show or hide the conversation</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Swap documents and conversation</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Larger text</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Smaller text</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Offline on or off</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Help</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Quit</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Documents, answers and tools of the session…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Tools</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Export all sessions…</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>EngineText</name>
    <message>
        <source>From token %1 on, the conversation is read again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The answer had to begin with a passage, or say that there is none.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The model chose %1; no passage has the words of the question.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Model and words of the question chose %1 together; alone, the model would have chosen %2, the words %3.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 stored pieces were damaged on disk, and were computed again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Quotations were held to their passages; %1 of %2 tokens would have differed.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The answer repeated itself, and was ended.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The answer ended inside a tool call.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The model did not close its reasoning.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Nothing of what was read is kept; the text is read again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The end of what was read is missing; the text is read again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>What was read was kept in format %1, this program uses %2; the text is read again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Another model read this session: %1. The text is read again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Loaded; the speeds of this computer are not measured yet.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Loaded in about %1 s; reading %2 tokens again would take %3 s.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Read again: loading would take about %1 s, reading %2 tokens takes %3 s.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 heads do not divide among %2 GPUs: some hold one more than others.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The weights alone take %1 on each GPU, which has %2.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The weights alone take %1, and there are %2.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 are missing: weights take %2, the context %3, the workspace %4, and each GPU has %5.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 are missing: weights take %2, the context %3, the workspace %4, and there are %5.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>A context of %1 tokens would fit.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 sessions of %2 tokens would fit.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 GPUs of %2 would do.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 cannot be written: sessions can be read and resumed, not changed.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>What models have read was missing: sessions open, and are read again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>What models have read (kv.db) was damaged: %1. It was set aside as %2; sessions are read again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Damaged data.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>This cannot be done here.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>There is not enough memory.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Stopped.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The system refused to read or write.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>This is longer than the model's context; nothing was lost.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>In use by another program or window.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>A device failed; open the model again to go on.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>An error of Leyden itself.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The part for NVIDIA GPUs (CUDA) is not installed.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The driver offers none: %1.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 has capability %2; 9.0 (Hopper) is needed.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>There is no such device here now.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Leyden</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>this program</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>plugin %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>server %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>needs no asking</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>once</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>for the session</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>always</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>no</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Appearance</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Colours</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Light, dark, or as the system says.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>As the system</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Language</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Of the interface. Changes at once.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Text size</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>In points, for the interface and what you read.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Font</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Name of a font family; empty for the system's.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Interface scale</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Multiplies every size. Takes effect at the next start.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Writing</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Key that sends</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The other one begins a new line.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Enter</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Ctrl+Enter</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Longest pasted text</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>In characters. A longer text becomes a document. 0: never.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Answers</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Reason first</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The model thinks before it answers. Slower, better on hard questions.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Show evidence</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Notes which passages the attention used. Costs a few percent of speed.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Always name a passage</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Where the model numbers passages, an answer begins with one, or says it found none.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Temperature</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>0 always takes the likeliest word; 1 is lively.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Top-p</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Only the likeliest words that make up this share are drawn from. 0: off.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Longest answer</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>In tokens. 0: as long as the context has room.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Instructions</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Given to the model at the start of each new session.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open the model at start</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>In the background, so that the first question need not wait.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Library</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Space for what was read</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>In gigabytes. What was not used for longest goes first and is read again when needed. 0: no limit.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Privacy</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Offline</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Tools</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Use plugins</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Each runs in a sandbox of its own and reaches only what it declares.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Most steps</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Rounds of calls for one question; then the model answers with what it has.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Most time</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>For one question, in seconds; looked at between steps.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>GPUs to plan for</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>No tool, plugin or server may reach the network, and no address is opened. Leyden itself never does.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Device</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>What models are computed on: cpu, or cuda:0 for the first GPU. The page of models lists what is there.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Of another computer, for example 8x141GB, or 2x80GB+1x48GB. Empty: none.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::AgentPanel</name>
    <message>
        <source>Limit of steps reached</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Limit of time reached</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Limit of tokens reached</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Stopped</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Answered</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Waits for your word</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Step %1 of at most %2</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 of at most %2</source>
        <translation type="unfinished" />
    </message>
    <message numerus="yes">
        <source>%n step(s)</source>
        <translation>
            <numerusform>%n step</numerusform>
            <numerusform>%n steps</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n call(s)</source>
        <translation>
            <numerusform>%n call</numerusform>
            <numerusform>%n calls</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n passage(s) read</source>
        <translation>
            <numerusform>%n passage read</numerusform>
            <numerusform>%n passages read</numerusform>
        </translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Stop the run</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Hide the run</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Hide steps and sources</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Show steps and sources</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Steps and sources</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Step %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>writes the answer</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>runs</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>denied</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>done</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>failed</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Reached: %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Read</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>page %1</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::ApprovalPiece</name>
    <message>
        <source>Arguments of the call</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Allow once</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>This session</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Allow this tool until the session is closed</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Always</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Why not? The model is told</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Reason for denying</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Deny</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>May the model use %1?</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>From %1.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Reaches the network.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Stays on this computer.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Can change or delete things.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Only reads.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>May change things.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>It names %1.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>It passes on words of your documents: “%1”.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The model has read your documents: words of them could go along.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Asked about every time.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Always allow this tool; the tools page takes it back</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::CodePiece</name>
    <message>
        <source>Wrap lines</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Save code</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Copy code</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>code</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Code</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Code, %1</source>
        <translation type="unfinished" />
    </message>
    <message numerus="yes">
        <source>Show all %n line(s)</source>
        <translation>
            <numerusform>Show the only line</numerusform>
            <numerusform>Show all %n lines</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>leyden::desktop::CommandPalette</name>
    <message>
        <source>Commands</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Type a command, a session or a document</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Find a command</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::Composer</name>
    <message>
        <source>Pasted text %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Remove %1</source>
        <translation type="unfinished" />
    </message>
    <message numerus="yes">
        <source>%1 · %n character(s)</source>
        <translation>
            <numerusform>%1 · %n character</numerusform>
            <numerusform>%1 · %n characters</numerusform>
        </translation>
    </message>
    <message>
        <source>Next: %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Queue</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Send</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Send when the answer is finished</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Enter sends, Shift+Enter breaks the line</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Ctrl+Enter sends</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Ask about what you are reading</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Your question</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Add documents</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Think before answering</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Stop editing</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Stop the answer; what is written stays (Esc)</source>
        <translation type="unfinished" />
    </message>
    <message numerus="yes">
        <source>The pasted text has %n character(s): it goes along as an attachment.</source>
        <translation>
            <numerusform>The pasted text has %n character: it goes along as an attachment.</numerusform>
            <numerusform>The pasted text has %n characters: it goes along as an attachment.</numerusform>
        </translation>
    </message>
    <message>
        <source>Let the model use tools</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Documents, answers and tools of this session</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::ContextMeter</name>
    <message>
        <source>%1 of %2 tokens</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Context: %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1: %2 tokens</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Instructions</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Tools</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Document</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Conversation</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Reasoning</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Tool results</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>What you are writing</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Kept for the answer</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>It does not fit: %1 tokens too many. Take a document out, or fork the session at an earlier message.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Free</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::ConversationPane</name>
    <message>
        <source>Your edit becomes a branch; nothing is lost.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Copied as Markdown</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Save code</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>code</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Written to %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 could not be written: %2</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Conversation</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Export conversation</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Markdown (*.md);;Web page (*.html);;PDF (*.pdf);;JSON (*.json)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Find in this conversation</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Ask about what you are reading</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Answers show the pages they were drawn from, and quotations lead to the place where they stand.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::DocumentOpener</name>
    <message>
        <source>Pages are drawn from the text that was kept, because the file cannot be read: %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The file has changed since it was read. You see the text as it was read then.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::DocumentTableModel</name>
    <message>
        <source>The file is gone. What was read of it is kept.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Document</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Pages</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Tokens</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Kept on disk</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Sessions</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Added</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 (changed on disk)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 (file is gone)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The file was written to since it was read. What was read of it is kept until you read the new version.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::EngineClient</name>
    <message>
        <source>No model is open.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The library is not open.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The document has no file.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 is not there any more.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The library is not open yet.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::FindBar</name>
    <message>
        <source>Searching…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Nothing found</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 found</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 of %2</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Previous match</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Next match</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Close find</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::FoldPiece</name>
    <message>
        <source>%1 s</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Arguments</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Result</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>… %1 more characters</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Unfolded. Press to fold.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Folded. Press to unfold.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Thinking…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Thought for %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Reasoning</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>A tool call could not be read: %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Using %1…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Wanted to use %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Used %1 · %2</source>
        <translation type="unfinished" />
    </message>
    <message numerus="yes">
        <source>%n character(s)</source>
        <translation>
            <numerusform>%n character</numerusform>
            <numerusform>%n characters</numerusform>
        </translation>
    </message>
    <message>
        <source>Arguments and result of %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 ms</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::FooterPiece</name>
    <message>
        <source>Drawn from</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Previous branch</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Next branch</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Copy message</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Edit as a new branch</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Answer again</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Continue</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Fork a session from here</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Branch %1 of %2</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>passage %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 · %2 %</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Source: %1, %2, %3 per cent of attention</source>
        <translation type="unfinished" />
    </message>
    <message numerus="yes">
        <source>%n token(s)</source>
        <translation>
            <numerusform>%n token</numerusform>
            <numerusform>%n tokens</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>first after %1</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::HeaderPiece</name>
    <message>
        <source>You</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Leyden</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Instructions</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Tool result</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::HeatStrip</name>
    <message>
        <source>Where the answer looked</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Where the answer looked in this document. Click to go there.</source>
        <translation type="unfinished" />
    </message>
    <message numerus="yes">
        <source>Evidence on %n page(s)</source>
        <translation>
            <numerusform>Evidence on %n page</numerusform>
            <numerusform>Evidence on %n pages</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>leyden::desktop::IngestStrip</name>
    <message numerus="yes">
        <source>%n second(s) left</source>
        <translation>
            <numerusform>%n second left</numerusform>
            <numerusform>%n seconds left</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 pages</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 tokens</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>waiting</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>read</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>stopped; what was read is kept</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>opening</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>reading</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 %2 of %3</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1/s</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1: %2</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1: try again</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Stop; what is read is kept</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::LibraryPage</name>
    <message numerus="yes">
        <source>Remove %n document(s) from the library? The files they came from are not touched.</source>
        <translation>
            <numerusform>Remove %n document from the library? The file it came from is not touched.</numerusform>
            <numerusform>Remove %n documents from the library? The files they came from are not touched.</numerusform>
        </translation>
    </message>
    <message>
        <source>Remove from the library</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>nothing</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>What models have read takes %1 of %2.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>What models have read takes %1; no limit is set.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Library</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>A document is read once. What the model keeps of it lies on disk, so that a session reopens in a moment.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Free space now</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Removes what was not used for longest until the limit holds. It is read again when needed; pinned documents stay.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Add documents…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Ask in a new session</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Pin or unpin</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Remove…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Documents</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Your library is empty</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Add PDF, Word, EPUB, HTML, Markdown or text files, or drop them anywhere on the window. Nothing leaves this computer.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Read the new version</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Reads the files as they are now, as new documents; what was read before stays</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::LogPage</name>
    <message>
        <source>Log</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>What the program did. Nothing you wrote or read is in it.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::MainWindow</name>
    <message>
        <source>Session</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Document</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open documents</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Documents (*.pdf *.docx *.epub *.html *.htm *.md *.txt);;All files (*)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Folder for the exported sessions</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The library is damaged: %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Repair</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Repaired. %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Nothing can be saved: %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Restored %1 tokens in %2 s</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Offline</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Tools may use the network</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>No tool may reach the network.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Tools you allow may reach the network. Leyden itself never does.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Leyden</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 — Leyden</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Menu</source>
        <translation type="unfinished" />
    </message>
    <message numerus="yes">
        <source>%n session(s) written to %1</source>
        <translation>
            <numerusform>%n session written to %1</numerusform>
            <numerusform>%n sessions written to %1</numerusform>
        </translation>
    </message>
    <message>
        <source>No session has a message yet.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>This does not fit: %1 tokens more than the model can read at once. Have a document searched instead, or fork the session at an earlier message.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Choose what is read</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Leyden did not close as it should last time. Everything up to the last second is there.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Go on in safe mode</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Safe mode: no plugins are loaded, and no model until you open one.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::MessageListView</name>
    <message>
        <source>Conversation</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>New text below</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Answer: %1</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::ModelPage</name>
    <message numerus="yes">
        <source>%n second(s) left</source>
        <translation>
            <numerusform>%n second left</numerusform>
            <numerusform>%n seconds left</numerusform>
        </translation>
    </message>
    <message>
        <source>Folder of a model</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1, %2 layers, %3 experts</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1, %2 parameters</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 tokens</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 for 1,000 tokens</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>computed while opening</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>no licence file in the folder</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Opening was stopped.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Reading weights: %1 of %2</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>file %1 of %2: %3</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Looking at the files</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>This model is open</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open this model</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Models</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Folders with a published DeepSeek-V3.2 checkpoint, as they are. Nothing is downloaded.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Add a folder…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Forget this folder</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Network</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Weights</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Context</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Memory</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Fingerprint</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Licence</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Folder</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>One session of %1 tokens fits.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>One session of %1 tokens does not fit; one of %2 does.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>It does not fit.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>GPUs are written as 8x141GB, or 2x80GB+48GB.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>GPUs to plan for</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1, %2 layers</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open it on this device</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Compute on</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Plan for another computer</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>its GPUs, e.g. 8x141GB</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::ModelStatus</name>
    <message>
        <source>No model is open</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Opening the model</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Model: %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Opening was stopped</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The model did not open</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Show the models</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::NoticeBar</name>
    <message>
        <source>Close</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::PageCanvas</name>
    <message>
        <source>No document</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Page %1 of %2</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>This page could not be read.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::PagePane</name>
    <message>
        <source>p. %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>This passage stands on no page of the document as it is now. Nothing is marked.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The quotation was not found word for word on this page. Nothing is marked.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>of %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1%</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1, p. %2</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Ask about selection</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Select page</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Find in document</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Outline and thumbnails</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Back (Alt+Left)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Forward (Alt+Right)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Smaller (Ctrl+-)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Larger (Ctrl++)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Fit width (Ctrl+0)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Fit page</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Previous evidence (Shift+F8)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Next evidence (F8)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Find in document (Ctrl+F)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Find in this document</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Page number</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::PageSide</name>
    <message>
        <source>Outline</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Pages</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Thumbnails</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Outline and thumbnails</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::PageView</name>
    <message>
        <source>%1, %2</source>
        <comment>document, page</comment>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Document</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open documents</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Nothing is open</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Drop a document here. It is read once: after that it opens in a moment, in every session.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open a document</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::PlanBars</name>
    <message>
        <source>%1 of %2</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Main memory</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>GPU %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>weights %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>context %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>workspace %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>in use %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1: %2, of %3</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::PrefillPanel</name>
    <message>
        <source>Loading the model</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Reading</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 of %2 tokens</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1%</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 left</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 s</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::ReadingRoom</name>
    <message>
        <source>“%1” is longer than what the model can read at once. It can be searched instead: the model looks up the passages it needs.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The document</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Search it instead</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Pasted: %1…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The pasted text has %1 characters, more than the %2 of the settings: it became a document of this session.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” was written to since it was read. Answers use the text as it was read.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Read the new version</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::SearchModel</name>
    <message>
        <source>New session</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::ServerDialog</name>
    <message>
        <source>It may reach the network</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Add an MCP server</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Command or address</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>a command with its arguments, or https://…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>A command runs in a sandbox: without your home folder, and without the network unless you allow it. You are asked before it starts.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Add</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::SessionAnswers</name>
    <message>
        <source>Save as preset…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Forget preset</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Reason first</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Show evidence</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Always name a passage</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Answers</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Temperature</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Top-p (0: off)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Longest answer, in tokens</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Instructions</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Instructions stand before the first question; a new session can have others.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Given to the model before the first question.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Save as preset</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Name of the preset</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>As in the settings</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Of this session</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::SessionDialog</name>
    <message>
        <source>This session</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Documents</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Answers</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Tools</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Apply</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The model may use tools</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Tools of this session</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>You are asked before a tool is used, unless it only looks into your library. Documents that are searched need no switch.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 — %2 (%3)</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::SessionDocuments</name>
    <message>
        <source>Documents of this session</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Document</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Tokens</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>In this session</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Document %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Read whole</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Search only</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Leave out</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1: in this session</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>unknown</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>No document yet. Documents you open are read whole, unless they are longer than the model's context.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 of the %2 tokens of the model's context are read whole.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 tokens are read whole.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>That does not fit: choose documents to be searched only.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Of searched documents the model reads only what it looks up.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Questions were asked already, so a new session begins; this one stays as it is.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::SessionListModel</name>
    <message numerus="yes">
        <source>%n document(s)</source>
        <translation>
            <numerusform>%n document</numerusform>
            <numerusform>%n documents</numerusform>
        </translation>
    </message>
    <message>
        <source>Pinned</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Today</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>This week</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Earlier</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>All sessions</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Archived</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>New session</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>What the model has read of it is kept: it reopens without reading again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>To save space, %1 of %2 of what the model has read of it is kept; reopening it reads the rest again.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::SessionSidebar</name>
    <message numerus="yes">
        <source>%n session(s) deleted</source>
        <translation>
            <numerusform>%n session deleted</numerusform>
            <numerusform>%n sessions deleted</numerusform>
        </translation>
    </message>
    <message>
        <source>Rename</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Fork</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Unpin</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Pin</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Move to folder</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>New folder…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>New folder</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Name of the folder</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Out of the folder</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Take out of the archive</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Archive</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Delete</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Search</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Search titles and messages</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>New session</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Order of the sessions</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Sessions</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Search results</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>No sessions yet</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>A session is a conversation with its documents. Everything in it is saved as it happens, and reopens without reading again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Nothing found</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Titles, messages and documents were searched for every word.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Last used first</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Newest first</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>By name</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Show archived</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Export as</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::SettingsPage</name>
    <message>
        <source>Settings</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Changes take effect at once and are kept.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Search the settings</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>No setting has these words.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>They are kept in %1.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 cannot be written: changes last until Leyden closes. Make the file writable, or set XDG_CONFIG_HOME to a folder that is.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Back to the default</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1: back to the default</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Keys</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Command</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Where</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::TablePiece</name>
    <message>
        <source>Copy table as Markdown</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::TableView</name>
    <message>
        <source>Table</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::TextPiece</name>
    <message>
        <source>Your message</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Answer</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>These words were not found in the documents as they stand here. Check them before relying on them.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Copy message</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::ThumbnailModel</name>
    <message>
        <source>Page %1</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::ToolLogModel</name>
    <message>
        <source>%1 in %2 s</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>failed</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>When</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Tool</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Arguments</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Allowed</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Result</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Hosts reached</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1: %2</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::ToolModel</name>
    <message>
        <source>only reads</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>may change things</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>may destroy things</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>uses the network</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>no network</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>always allowed</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Tool</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>From</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>What it may do</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::ToolsPage</name>
    <message>
        <source>Export the log of calls</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>JSON (*.json);;CSV (*.csv)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Start a server</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>May Leyden start the server %1?</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Start</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Not now</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1: %2</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Tools</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>What a model may use when you let it. Tools that look into your library need no asking; everything else asks you first, in the conversation.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Look again</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Ask again from now on</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Takes back that the chosen tool is always allowed</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>MCP servers</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Programs or addresses that bring tools by the Model Context Protocol. Offline, none that reaches the network is used.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Add a server…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Every call</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Export…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>No tool was called yet</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Let a model use tools below the question field. Each call is noted here with its arguments, your answer and the hosts it reached.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::TranscriptExport</name>
    <message>
        <source>You</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Leyden</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Instructions</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Tool result</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Reasoning</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Tool %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Sources</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 could not be written: %2</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Markdown</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Web page</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>PDF</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>JSON</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::TranscriptModel</name>
    <message>
        <source>You</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Leyden</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1: %2</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::TranscriptView</name>
    <message>
        <source>A file is being opened; your question waits.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The model is being opened; your question waits.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>No model is open.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open link</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open this address outside of Leyden?</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Copy address</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Some tools could not be used: %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Leyden is offline: it opens no address. You can copy it.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The run was stopped. Its question is in the field again.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::WaitingPiece</name>
    <message>
        <source>The answer has not begun yet</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>Leyden, the reading room.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Folder of the jar.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Folder of the model to open.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>No plugins, and no model until you open one.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>No tool may reach the network.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Print how long the first window took, and quit.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Documents to open.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::DeviceRows</name>
    <message numerus="yes">
        <source>%n core(s)</source>
        <translation>
            <numerusform>%n core</numerusform>
            <numerusform>%n cores</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n multiprocessor(s)</source>
        <translation>
            <numerusform>%n multiprocessor</numerusform>
            <numerusform>%n multiprocessors</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 · %2 · %3 free of %4</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>No GPU: %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source> · %1 °C</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source> · %1 W</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>leyden::desktop::SessionExport</name>
    <message>
        <source>Session %1</source>
        <translation type="unfinished" />
    </message>
</context>
</TS>
