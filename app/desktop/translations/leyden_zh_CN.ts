<?xml version='1.0' encoding='utf-8'?>
<TS version="2.1" language="zh_CN">
<context>
    <name>Commands</name>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>Commands…</source>
        <translation>命令…</translation>
    </message>
    <message>
        <source>Session</source>
        <translation>会话</translation>
    </message>
    <message>
        <source>New session</source>
        <translation>新建会话</translation>
    </message>
    <message>
        <source>Open documents…</source>
        <translation>打开文档…</translation>
    </message>
    <message>
        <source>Search sessions</source>
        <translation>搜索会话</translation>
    </message>
    <message>
        <source>Rename the session</source>
        <translation>重命名会话</translation>
    </message>
    <message>
        <source>Fork the session</source>
        <translation>分叉会话</translation>
    </message>
    <message>
        <source>Export the session…</source>
        <translation>导出会话…</translation>
    </message>
    <message>
        <source>Delete the session</source>
        <translation>删除会话</translation>
    </message>
    <message>
        <source>Take back the deletion</source>
        <translation>撤销删除</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Stop the answer</source>
        <translation>停止回答</translation>
    </message>
    <message>
        <source>Write a question</source>
        <translation>输入问题</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Go</source>
        <translation>前往</translation>
    </message>
    <message>
        <source>Reading room</source>
        <translation>阅览室</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>文库</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Panes</source>
        <translation>窗格</translation>
    </message>
    <message>
        <source>Show or hide the sessions</source>
        <translation>显示或隐藏会话</translation>
    </message>
    <message>
        <source>Show or hide the documents</source>
        <translation>显示或隐藏文档</translation>
    </message>
    <message>
        <source>Show or hide the conversation</source>
        <translation>显示或隐藏对话</translation>
    </message>
    <message>
        <source>Swap documents and conversation</source>
        <translation>交换文档与对话的位置</translation>
    </message>
    <message>
        <source>Larger text</source>
        <translation>放大文字</translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation>缩小文字</translation>
    </message>
    <message>
        <source>Offline on or off</source>
        <translation>打开或关闭离线</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>复制诊断信息</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Documents, answers and tools of the session…</source>
        <translation>本会话的文档、回答与工具…</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>Export all sessions…</source>
        <translation>导出所有会话…</translation>
    </message>
</context>
<context>
    <name>EngineText</name>
    <message>
        <source>From token %1 on, the conversation is read again.</source>
        <translation>从第 %1 个词元起，对话将重新读取。</translation>
    </message>
    <message>
        <source>The answer had to begin with a passage, or say that there is none.</source>
        <translation>回答必须以某个段落开头，或说明没有找到。</translation>
    </message>
    <message>
        <source>The model chose %1; no passage has the words of the question.</source>
        <translation>模型选了 %1；没有段落含有问题中的词。</translation>
    </message>
    <message>
        <source>Model and words of the question chose %1 together; alone, the model would have chosen %2, the words %3.</source>
        <translation>模型与问题中的词一起选了 %1；单独来看，模型会选 %2，词会选 %3。</translation>
    </message>
    <message>
        <source>%1 stored pieces were damaged on disk, and were computed again.</source>
        <translation>磁盘上有 %1 处已保存的内容损坏，已重新计算。</translation>
    </message>
    <message>
        <source>Quotations were held to their passages; %1 of %2 tokens would have differed.</source>
        <translation>引文已按原文约束：%2 个词元中有 %1 个原本会不同。</translation>
    </message>
    <message>
        <source>The answer repeated itself, and was ended.</source>
        <translation>回答不断重复，已停止。</translation>
    </message>
    <message>
        <source>The answer ended inside a tool call.</source>
        <translation>回答在工具调用中途结束。</translation>
    </message>
    <message>
        <source>The model did not close its reasoning.</source>
        <translation>模型没有结束它的思考。</translation>
    </message>
    <message>
        <source>Nothing of what was read is kept; the text is read again.</source>
        <translation>读过的内容没有保留，文本将重新读取。</translation>
    </message>
    <message>
        <source>The end of what was read is missing; the text is read again.</source>
        <translation>读过内容的末尾缺失，文本将重新读取。</translation>
    </message>
    <message>
        <source>What was read was kept in format %1, this program uses %2; the text is read again.</source>
        <translation>读过的内容以格式 %1 保存，本程序使用格式 %2；文本将重新读取。</translation>
    </message>
    <message>
        <source>Another model read this session: %1. The text is read again.</source>
        <translation>此会话由另一个模型读取：%1。文本将重新读取。</translation>
    </message>
    <message>
        <source>Loaded; the speeds of this computer are not measured yet.</source>
        <translation>已载入；这台电脑的速度尚未测量。</translation>
    </message>
    <message>
        <source>Loaded in about %1 s; reading %2 tokens again would take %3 s.</source>
        <translation>载入约需 %1 秒；重新读取 %2 个词元需要 %3 秒。</translation>
    </message>
    <message>
        <source>Read again: loading would take about %1 s, reading %2 tokens takes %3 s.</source>
        <translation>重新读取：载入约需 %1 秒，读取 %2 个词元需 %3 秒。</translation>
    </message>
    <message>
        <source>%1 heads do not divide among %2 GPUs: some hold one more than others.</source>
        <translation>%1 个注意力头无法平均分给 %2 块 GPU：有的会多一个。</translation>
    </message>
    <message>
        <source>The weights alone take %1 on each GPU, which has %2.</source>
        <translation>仅权重在每块 GPU 上就要占 %1，而每块只有 %2。</translation>
    </message>
    <message>
        <source>The weights alone take %1, and there are %2.</source>
        <translation>仅权重就要占 %1，而现有 %2。</translation>
    </message>
    <message>
        <source>%1 are missing: weights take %2, the context %3, the workspace %4, and each GPU has %5.</source>
        <translation>缺 %1：权重占 %2，上下文占 %3，工作区占 %4，而每块 GPU 有 %5。</translation>
    </message>
    <message>
        <source>%1 are missing: weights take %2, the context %3, the workspace %4, and there are %5.</source>
        <translation>缺 %1：权重占 %2，上下文占 %3，工作区占 %4，而现有 %5。</translation>
    </message>
    <message>
        <source>A context of %1 tokens would fit.</source>
        <translation>%1 个词元的上下文可以放下。</translation>
    </message>
    <message>
        <source>%1 sessions of %2 tokens would fit.</source>
        <translation>可放下 %1 个各 %2 个词元的会话。</translation>
    </message>
    <message>
        <source>%1 GPUs of %2 would do.</source>
        <translation>%1 块 %2 的 GPU 即可。</translation>
    </message>
    <message>
        <source>%1 cannot be written: sessions can be read and resumed, not changed.</source>
        <translation>%1 不可写：会话可以阅读和继续，但不能更改。</translation>
    </message>
    <message>
        <source>What models have read was missing: sessions open, and are read again.</source>
        <translation>模型读过的内容丢失：会话可以打开，并会重新读取。</translation>
    </message>
    <message>
        <source>What models have read (kv.db) was damaged: %1. It was set aside as %2; sessions are read again.</source>
        <translation>模型读过的内容（kv.db）已损坏：%1。已另存为 %2；会话会重新读取。</translation>
    </message>
    <message>
        <source>Damaged data.</source>
        <translation>数据已损坏。</translation>
    </message>
    <message>
        <source>This cannot be done here.</source>
        <translation>此处无法做到。</translation>
    </message>
    <message>
        <source>There is not enough memory.</source>
        <translation>内存不足。</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>已停止。</translation>
    </message>
    <message>
        <source>The system refused to read or write.</source>
        <translation>系统拒绝读写。</translation>
    </message>
    <message>
        <source>This is longer than the model's context; nothing was lost.</source>
        <translation>超出了模型的上下文长度；没有丢失任何内容。</translation>
    </message>
    <message>
        <source>In use by another program or window.</source>
        <translation>正被另一个程序或窗口使用。</translation>
    </message>
    <message>
        <source>A device failed; open the model again to go on.</source>
        <translation>设备出现故障；请重新打开模型后继续。</translation>
    </message>
    <message>
        <source>An error of Leyden itself.</source>
        <translation>Leyden 自身的错误。</translation>
    </message>
    <message>
        <source>The part for NVIDIA GPUs (CUDA) is not installed.</source>
        <translation>未安装 NVIDIA GPU（CUDA）部分。</translation>
    </message>
    <message>
        <source>The driver offers none: %1.</source>
        <translation>驱动程序没有提供设备：%1。</translation>
    </message>
    <message>
        <source>%1 has capability %2; 9.0 (Hopper) is needed.</source>
        <translation>%1 的计算能力为 %2；需要 9.0（Hopper）。</translation>
    </message>
    <message>
        <source>There is no such device here now.</source>
        <translation>这里现在没有这个设备。</translation>
    </message>
    <message>
        <source>Leyden</source>
        <translation>Leyden</translation>
    </message>
    <message>
        <source>this program</source>
        <translation>本程序</translation>
    </message>
    <message>
        <source>plugin %1</source>
        <translation>插件 %1</translation>
    </message>
    <message>
        <source>server %1</source>
        <translation>服务器 %1</translation>
    </message>
    <message>
        <source>needs no asking</source>
        <translation>无需询问</translation>
    </message>
    <message>
        <source>once</source>
        <translation>一次</translation>
    </message>
    <message>
        <source>for the session</source>
        <translation>本会话</translation>
    </message>
    <message>
        <source>always</source>
        <translation>始终</translation>
    </message>
    <message>
        <source>no</source>
        <translation>拒绝</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>配色</translation>
    </message>
    <message>
        <source>Light, dark, or as the system says.</source>
        <translation>浅色、深色，或跟随系统。</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Of the interface. Changes at once.</source>
        <translation>界面语言，立即切换。</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>文字大小</translation>
    </message>
    <message>
        <source>In points, for the interface and what you read.</source>
        <translation>以磅为单位，用于界面和阅读内容。</translation>
    </message>
    <message>
        <source>Font</source>
        <translation>字体</translation>
    </message>
    <message>
        <source>Name of a font family; empty for the system's.</source>
        <translation>字体名称；留空则使用系统字体。</translation>
    </message>
    <message>
        <source>Interface scale</source>
        <translation>界面缩放</translation>
    </message>
    <message>
        <source>Multiplies every size. Takes effect at the next start.</source>
        <translation>放大所有尺寸。下次启动时生效。</translation>
    </message>
    <message>
        <source>Writing</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Key that sends</source>
        <translation>发送键</translation>
    </message>
    <message>
        <source>The other one begins a new line.</source>
        <translation>另一个键用于换行。</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Enter</translation>
    </message>
    <message>
        <source>Ctrl+Enter</source>
        <translation>Ctrl+Enter</translation>
    </message>
    <message>
        <source>Longest pasted text</source>
        <translation>粘贴文本的最大长度</translation>
    </message>
    <message>
        <source>In characters. A longer text becomes a document. 0: never.</source>
        <translation>以字符计。更长的文本会成为文档。0：从不。</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Reason first</source>
        <translation>先思考</translation>
    </message>
    <message>
        <source>The model thinks before it answers. Slower, better on hard questions.</source>
        <translation>模型先思考再回答。较慢，但更适合难题。</translation>
    </message>
    <message>
        <source>Show evidence</source>
        <translation>显示依据</translation>
    </message>
    <message>
        <source>Notes which passages the attention used. Costs a few percent of speed.</source>
        <translation>记录注意力用到的段落。速度会慢百分之几。</translation>
    </message>
    <message>
        <source>Always name a passage</source>
        <translation>总是指明段落</translation>
    </message>
    <message>
        <source>Where the model numbers passages, an answer begins with one, or says it found none.</source>
        <translation>如果模型为段落编号，回答会以段落编号开头，或说明没有找到。</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>0 always takes the likeliest word; 1 is lively.</source>
        <translation>0 总是选最可能的词；1 更活泼。</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Only the likeliest words that make up this share are drawn from. 0: off.</source>
        <translation>只从累计占到此比例的最可能的词中选取。0：关闭。</translation>
    </message>
    <message>
        <source>Longest answer</source>
        <translation>回答的最大长度</translation>
    </message>
    <message>
        <source>In tokens. 0: as long as the context has room.</source>
        <translation>以词元计。0：上下文放得下为止。</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>指示</translation>
    </message>
    <message>
        <source>Given to the model at the start of each new session.</source>
        <translation>在每个新会话开始时交给模型。</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Open the model at start</source>
        <translation>启动时打开模型</translation>
    </message>
    <message>
        <source>In the background, so that the first question need not wait.</source>
        <translation>在后台打开，第一个问题便无需等待。</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>文库</translation>
    </message>
    <message>
        <source>Space for what was read</source>
        <translation>已读内容的空间</translation>
    </message>
    <message>
        <source>In gigabytes. What was not used for longest goes first and is read again when needed. 0: no limit.</source>
        <translation>以 GB 计。最久未用的内容先移除，需要时重新阅读。0：不限。</translation>
    </message>
    <message>
        <source>Privacy</source>
        <translation>隐私</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>离线</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>Use plugins</source>
        <translation>使用插件</translation>
    </message>
    <message>
        <source>Each runs in a sandbox of its own and reaches only what it declares.</source>
        <translation>每个插件都在自己的沙箱中运行，只能访问它声明的内容。</translation>
    </message>
    <message>
        <source>Most steps</source>
        <translation>最多步数</translation>
    </message>
    <message>
        <source>Rounds of calls for one question; then the model answers with what it has.</source>
        <translation>一个问题的调用轮数；之后模型用已有的内容作答。</translation>
    </message>
    <message>
        <source>Most time</source>
        <translation>最长时间</translation>
    </message>
    <message>
        <source>For one question, in seconds; looked at between steps.</source>
        <translation>一个问题的用时，以秒计；在步骤之间检查。</translation>
    </message>
    <message>
        <source>GPUs to plan for</source>
        <translation>按哪些 GPU 规划</translation>
    </message>
    <message>
        <source>No tool, plugin or server may reach the network, and no address is opened. Leyden itself never does.</source>
        <translation>任何工具、插件或服务器都不得访问网络，也不打开任何网址。Leyden 自身从不联网。</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>What models are computed on: cpu, or cuda:0 for the first GPU. The page of models lists what is there.</source>
        <translation>模型在什么上计算：cpu，或 cuda:0（第一块 GPU）。模型页列出现有设备。</translation>
    </message>
    <message>
        <source>Of another computer, for example 8x141GB, or 2x80GB+1x48GB. Empty: none.</source>
        <translation>另一台电脑的 GPU，例如 8x141GB 或 2x80GB+1x48GB。留空：无。</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::AgentPanel</name>
    <message>
        <source>Limit of steps reached</source>
        <translation>已达步数上限</translation>
    </message>
    <message>
        <source>Limit of time reached</source>
        <translation>已达时间上限</translation>
    </message>
    <message>
        <source>Limit of tokens reached</source>
        <translation>已达词元上限</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Answered</source>
        <translation>已作答</translation>
    </message>
    <message>
        <source>Waits for your word</source>
        <translation>等待你的答复</translation>
    </message>
    <message>
        <source>Step %1 of at most %2</source>
        <translation>第 %1 步，最多 %2 步</translation>
    </message>
    <message>
        <source>%1 of at most %2</source>
        <translation>%1，最多 %2</translation>
    </message>
    <message numerus="yes">
        <source>%n step(s)</source>
        <translation>
            <numerusform>%n 步</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n call(s)</source>
        <translation>
            <numerusform>%n 次调用</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n passage(s) read</source>
        <translation>
            <numerusform>读了 %n 个段落</numerusform>
        </translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop the run</source>
        <translation>停止这次运行</translation>
    </message>
    <message>
        <source>Hide the run</source>
        <translation>隐藏这次运行</translation>
    </message>
    <message>
        <source>Hide steps and sources</source>
        <translation>隐藏步骤和来源</translation>
    </message>
    <message>
        <source>Show steps and sources</source>
        <translation>显示步骤和来源</translation>
    </message>
    <message>
        <source>Steps and sources</source>
        <translation>步骤和来源</translation>
    </message>
    <message>
        <source>Step %1</source>
        <translation>第 %1 步</translation>
    </message>
    <message>
        <source>writes the answer</source>
        <translation>撰写回答</translation>
    </message>
    <message>
        <source>runs</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>denied</source>
        <translation>已拒绝</translation>
    </message>
    <message>
        <source>done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Reached: %1</source>
        <translation>访问了：%1</translation>
    </message>
    <message>
        <source>Read</source>
        <translation>已读</translation>
    </message>
    <message>
        <source>page %1</source>
        <translation>第 %1 页</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::ApprovalPiece</name>
    <message>
        <source>Arguments of the call</source>
        <translation>调用的参数</translation>
    </message>
    <message>
        <source>Allow once</source>
        <translation>允许一次</translation>
    </message>
    <message>
        <source>This session</source>
        <translation>本次会话</translation>
    </message>
    <message>
        <source>Allow this tool until the session is closed</source>
        <translation>在此会话关闭前允许使用该工具</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>始终允许</translation>
    </message>
    <message>
        <source>Why not? The model is told</source>
        <translation>为什么不？理由会告诉模型</translation>
    </message>
    <message>
        <source>Reason for denying</source>
        <translation>拒绝的理由</translation>
    </message>
    <message>
        <source>Deny</source>
        <translation>拒绝</translation>
    </message>
    <message>
        <source>May the model use %1?</source>
        <translation>允许模型使用 %1 吗？</translation>
    </message>
    <message>
        <source>From %1.</source>
        <translation>来自 %1。</translation>
    </message>
    <message>
        <source>Reaches the network.</source>
        <translation>会访问网络。</translation>
    </message>
    <message>
        <source>Stays on this computer.</source>
        <translation>只在本机运行。</translation>
    </message>
    <message>
        <source>Can change or delete things.</source>
        <translation>可能更改或删除内容。</translation>
    </message>
    <message>
        <source>Only reads.</source>
        <translation>只读取。</translation>
    </message>
    <message>
        <source>May change things.</source>
        <translation>可能更改内容。</translation>
    </message>
    <message>
        <source>It names %1.</source>
        <translation>它提到 %1。</translation>
    </message>
    <message>
        <source>It passes on words of your documents: “%1”.</source>
        <translation>它会传出你文档中的内容：“%1”。</translation>
    </message>
    <message>
        <source>The model has read your documents: words of them could go along.</source>
        <translation>模型读过你的文档：其中的内容可能随之传出。</translation>
    </message>
    <message>
        <source>Asked about every time.</source>
        <translation>每次都会询问。</translation>
    </message>
    <message>
        <source>Always allow this tool; the tools page takes it back</source>
        <translation>始终允许此工具；可在工具页撤销</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::CodePiece</name>
    <message>
        <source>Wrap lines</source>
        <translation>自动换行</translation>
    </message>
    <message>
        <source>Save code</source>
        <translation>保存代码</translation>
    </message>
    <message>
        <source>Copy code</source>
        <translation>复制代码</translation>
    </message>
    <message>
        <source>code</source>
        <translation>代码</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>代码</translation>
    </message>
    <message>
        <source>Code, %1</source>
        <translation>代码，%1</translation>
    </message>
    <message numerus="yes">
        <source>Show all %n line(s)</source>
        <translation>
            <numerusform>显示全部 %n 行</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>leyden::desktop::CommandPalette</name>
    <message>
        <source>Commands</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Type a command, a session or a document</source>
        <translation>输入命令、会话或文档</translation>
    </message>
    <message>
        <source>Find a command</source>
        <translation>查找命令</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::Composer</name>
    <message>
        <source>Pasted text %1</source>
        <translation>粘贴的文本 %1</translation>
    </message>
    <message>
        <source>Remove %1</source>
        <translation>移除 %1</translation>
    </message>
    <message numerus="yes">
        <source>%1 · %n character(s)</source>
        <translation>
            <numerusform>%1 · %n 个字符</numerusform>
        </translation>
    </message>
    <message>
        <source>Next: %1</source>
        <translation>接下来：%1</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>排队</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>Send when the answer is finished</source>
        <translation>回答完成后发送</translation>
    </message>
    <message>
        <source>Enter sends, Shift+Enter breaks the line</source>
        <translation>Enter 发送，Shift+Enter 换行</translation>
    </message>
    <message>
        <source>Ctrl+Enter sends</source>
        <translation>Ctrl+Enter 发送</translation>
    </message>
    <message>
        <source>Ask about what you are reading</source>
        <translation>就你正在读的内容提问</translation>
    </message>
    <message>
        <source>Your question</source>
        <translation>你的问题</translation>
    </message>
    <message>
        <source>Add documents</source>
        <translation>添加文档</translation>
    </message>
    <message>
        <source>Think before answering</source>
        <translation>先思考再回答</translation>
    </message>
    <message>
        <source>Stop editing</source>
        <translation>停止编辑</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop the answer; what is written stays (Esc)</source>
        <translation>停止回答；已写出的内容会保留 (Esc)</translation>
    </message>
    <message numerus="yes">
        <source>The pasted text has %n character(s): it goes along as an attachment.</source>
        <translation>
            <numerusform>粘贴的文本有 %n 个字符：将作为附件一同发送。</numerusform>
        </translation>
    </message>
    <message>
        <source>Let the model use tools</source>
        <translation>让模型使用工具</translation>
    </message>
    <message>
        <source>Documents, answers and tools of this session</source>
        <translation>本会话的文档、回答与工具</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::ContextMeter</name>
    <message>
        <source>%1 of %2 tokens</source>
        <translation>%1 / %2 个词元</translation>
    </message>
    <message>
        <source>Context: %1</source>
        <translation>上下文：%1</translation>
    </message>
    <message>
        <source>%1: %2 tokens</source>
        <translation>%1：%2 个词元</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>指示</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>文档</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Reasoning</source>
        <translation>思考</translation>
    </message>
    <message>
        <source>Tool results</source>
        <translation>工具结果</translation>
    </message>
    <message>
        <source>What you are writing</source>
        <translation>正在输入的内容</translation>
    </message>
    <message>
        <source>Kept for the answer</source>
        <translation>为回答保留</translation>
    </message>
    <message>
        <source>It does not fit: %1 tokens too many. Take a document out, or fork the session at an earlier message.</source>
        <translation>放不下：多出 %1 个词元。请移出一个文档，或从较早的消息处分叉会话。</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>空闲</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::ConversationPane</name>
    <message>
        <source>Your edit becomes a branch; nothing is lost.</source>
        <translation>你的修改会成为一个新分支；什么都不会丢失。</translation>
    </message>
    <message>
        <source>Copied as Markdown</source>
        <translation>已复制为 Markdown</translation>
    </message>
    <message>
        <source>Save code</source>
        <translation>保存代码</translation>
    </message>
    <message>
        <source>code</source>
        <translation>代码</translation>
    </message>
    <message>
        <source>Written to %1</source>
        <translation>已写入 %1</translation>
    </message>
    <message>
        <source>%1 could not be written: %2</source>
        <translation>无法写入 %1：%2</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Export conversation</source>
        <translation>导出对话</translation>
    </message>
    <message>
        <source>Markdown (*.md);;Web page (*.html);;PDF (*.pdf);;JSON (*.json)</source>
        <translation>Markdown (*.md);;网页 (*.html);;PDF (*.pdf);;JSON (*.json)</translation>
    </message>
    <message>
        <source>Find in this conversation</source>
        <translation>在此对话中查找</translation>
    </message>
    <message>
        <source>Ask about what you are reading</source>
        <translation>就你正在读的内容提问</translation>
    </message>
    <message>
        <source>Answers show the pages they were drawn from, and quotations lead to the place where they stand.</source>
        <translation>回答会标出依据的页面，点击引文即可跳到原文所在之处。</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::DocumentOpener</name>
    <message>
        <source>Pages are drawn from the text that was kept, because the file cannot be read: %1</source>
        <translation>无法读取文件，页面按保存的文字绘制：%1</translation>
    </message>
    <message>
        <source>The file has changed since it was read. You see the text as it was read then.</source>
        <translation>文件在读取之后已更改。你看到的是当时读取的文字。</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::DocumentTableModel</name>
    <message>
        <source>The file is gone. What was read of it is kept.</source>
        <translation>文件已不在。读过的内容仍然保留。</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>文档</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>Kept on disk</source>
        <translation>磁盘占用</translation>
    </message>
    <message>
        <source>Sessions</source>
        <translation>会话</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>添加时间</translation>
    </message>
    <message>
        <source>%1 (changed on disk)</source>
        <translation>%1（文件已更改）</translation>
    </message>
    <message>
        <source>%1 (file is gone)</source>
        <translation>%1（文件已不在）</translation>
    </message>
    <message>
        <source>The file was written to since it was read. What was read of it is kept until you read the new version.</source>
        <translation>读取之后文件又被写入。在你读取新版本之前，保留已读的内容。</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::EngineClient</name>
    <message>
        <source>No model is open.</source>
        <translation>没有打开的模型。</translation>
    </message>
    <message>
        <source>The library is not open.</source>
        <translation>文库没有打开。</translation>
    </message>
    <message>
        <source>The document has no file.</source>
        <translation>这个文档没有对应的文件。</translation>
    </message>
    <message>
        <source>%1 is not there any more.</source>
        <translation>%1 已经不在了。</translation>
    </message>
    <message>
        <source>The library is not open yet.</source>
        <translation>文库还没有打开。</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::FindBar</name>
    <message>
        <source>Searching…</source>
        <translation>正在查找…</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>没有找到</translation>
    </message>
    <message>
        <source>%1 found</source>
        <translation>找到 %1 处</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>第 %1 处，共 %2 处</translation>
    </message>
    <message>
        <source>Previous match</source>
        <translation>上一处</translation>
    </message>
    <message>
        <source>Next match</source>
        <translation>下一处</translation>
    </message>
    <message>
        <source>Close find</source>
        <translation>关闭查找</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::FoldPiece</name>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 分 %2 秒</translation>
    </message>
    <message>
        <source>Arguments</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>… %1 more characters</source>
        <translation>… 还有 %1 个字符</translation>
    </message>
    <message>
        <source>Unfolded. Press to fold.</source>
        <translation>已展开。按下可折叠。</translation>
    </message>
    <message>
        <source>Folded. Press to unfold.</source>
        <translation>已折叠。按下可展开。</translation>
    </message>
    <message>
        <source>Thinking…</source>
        <translation>思考中…</translation>
    </message>
    <message>
        <source>Thought for %1</source>
        <translation>思考了 %1</translation>
    </message>
    <message>
        <source>Reasoning</source>
        <translation>推理过程</translation>
    </message>
    <message>
        <source>A tool call could not be read: %1</source>
        <translation>无法识别的工具调用：%1</translation>
    </message>
    <message>
        <source>Using %1…</source>
        <translation>正在使用 %1…</translation>
    </message>
    <message>
        <source>Wanted to use %1</source>
        <translation>曾想使用 %1</translation>
    </message>
    <message>
        <source>Used %1 · %2</source>
        <translation>使用了 %1 · %2</translation>
    </message>
    <message numerus="yes">
        <source>%n character(s)</source>
        <translation>
            <numerusform>%n 个字符</numerusform>
        </translation>
    </message>
    <message>
        <source>Arguments and result of %1</source>
        <translation>%1 的参数与结果</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 毫秒</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::FooterPiece</name>
    <message>
        <source>Drawn from</source>
        <translation>依据</translation>
    </message>
    <message>
        <source>Previous branch</source>
        <translation>上一个分支</translation>
    </message>
    <message>
        <source>Next branch</source>
        <translation>下一个分支</translation>
    </message>
    <message>
        <source>Copy message</source>
        <translation>复制消息</translation>
    </message>
    <message>
        <source>Edit as a new branch</source>
        <translation>编辑为新分支</translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation>重新回答</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Fork a session from here</source>
        <translation>从这里分出新会话</translation>
    </message>
    <message>
        <source>Branch %1 of %2</source>
        <translation>分支 %1，共 %2 个</translation>
    </message>
    <message>
        <source>passage %1</source>
        <translation>段落 %1</translation>
    </message>
    <message>
        <source>%1 · %2 %</source>
        <translation>%1 · %2%</translation>
    </message>
    <message>
        <source>Source: %1, %2, %3 per cent of attention</source>
        <translation>来源：%1，%2，占注意力的百分之 %3</translation>
    </message>
    <message numerus="yes">
        <source>%n token(s)</source>
        <translation>
            <numerusform>%n 个词元</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>%1 词元/秒</translation>
    </message>
    <message>
        <source>first after %1</source>
        <translation>首词 %1</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::HeaderPiece</name>
    <message>
        <source>You</source>
        <translation>你</translation>
    </message>
    <message>
        <source>Leyden</source>
        <translation>Leyden</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>指令</translation>
    </message>
    <message>
        <source>Tool result</source>
        <translation>工具结果</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::HeatStrip</name>
    <message>
        <source>Where the answer looked</source>
        <translation>回答参考的位置</translation>
    </message>
    <message>
        <source>Where the answer looked in this document. Click to go there.</source>
        <translation>回答参考了此文档的哪些位置。点击即可前往。</translation>
    </message>
    <message numerus="yes">
        <source>Evidence on %n page(s)</source>
        <translation>
            <numerusform>%n 页上有依据</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>leyden::desktop::IngestStrip</name>
    <message>
        <source>%1 pages</source>
        <translation>%1 页</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 个词元</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>read</source>
        <translation>已读完</translation>
    </message>
    <message>
        <source>stopped; what was read is kept</source>
        <translation>已停止；读过的内容会保留</translation>
    </message>
    <message>
        <source>opening</source>
        <translation>正在打开</translation>
    </message>
    <message>
        <source>reading</source>
        <translation>正在阅读</translation>
    </message>
    <message>
        <source>%1 %2 of %3</source>
        <translation>%1 %2 / %3</translation>
    </message>
    <message>
        <source>%1/s</source>
        <translation>%1/秒</translation>
    </message>
    <message numerus="yes">
        <source>%n second(s) left</source>
        <translation>
            <numerusform>剩余 %n 秒</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>%1: try again</source>
        <translation>%1：重试</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Stop; what is read is kept</source>
        <translation>停止；读过的内容会保留</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::LibraryPage</name>
    <message>
        <source>Remove from the library</source>
        <translation>从文库移除</translation>
    </message>
    <message numerus="yes">
        <source>Remove %n document(s) from the library? The files they came from are not touched.</source>
        <translation>
            <numerusform>从文库移除 %n 个文档？原文件不会改动。</numerusform>
        </translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>0</translation>
    </message>
    <message>
        <source>What models have read takes %1 of %2.</source>
        <translation>模型读过的内容占用 %1，上限 %2。</translation>
    </message>
    <message>
        <source>What models have read takes %1; no limit is set.</source>
        <translation>模型读过的内容占用 %1；未设上限。</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>文库</translation>
    </message>
    <message>
        <source>A document is read once. What the model keeps of it lies on disk, so that a session reopens in a moment.</source>
        <translation>文档只读一次。模型从中留下的内容存在磁盘上，会话因此能立刻重新打开。</translation>
    </message>
    <message>
        <source>Free space now</source>
        <translation>立即腾出空间</translation>
    </message>
    <message>
        <source>Removes what was not used for longest until the limit holds. It is read again when needed; pinned documents stay.</source>
        <translation>移除最久未用的内容，直到不超过上限。需要时会重新阅读；固定的文档会保留。</translation>
    </message>
    <message>
        <source>Add documents…</source>
        <translation>添加文档…</translation>
    </message>
    <message>
        <source>Ask in a new session</source>
        <translation>在新会话中提问</translation>
    </message>
    <message>
        <source>Pin or unpin</source>
        <translation>固定或取消固定</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>移除…</translation>
    </message>
    <message>
        <source>Documents</source>
        <translation>文档</translation>
    </message>
    <message>
        <source>Your library is empty</source>
        <translation>文库是空的</translation>
    </message>
    <message>
        <source>Add PDF, Word, EPUB, HTML, Markdown or text files, or drop them anywhere on the window. Nothing leaves this computer.</source>
        <translation>添加 PDF、Word、EPUB、HTML、Markdown 或文本文件，也可以拖放到窗口的任何位置。内容不会离开这台电脑。</translation>
    </message>
    <message>
        <source>Read the new version</source>
        <translation>读取新版本</translation>
    </message>
    <message>
        <source>Reads the files as they are now, as new documents; what was read before stays</source>
        <translation>按现在的内容读取这些文件，作为新文档；之前读过的内容仍保留</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::LogPage</name>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>What the program did. Nothing you wrote or read is in it.</source>
        <translation>程序做过的事。其中没有你写的或读的任何内容。</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>复制诊断信息</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::MainWindow</name>
    <message>
        <source>Session</source>
        <translation>会话</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>文档</translation>
    </message>
    <message>
        <source>Open documents</source>
        <translation>打开文档</translation>
    </message>
    <message>
        <source>Documents (*.pdf *.docx *.epub *.html *.htm *.md *.txt);;All files (*)</source>
        <translation>文档 (*.pdf *.docx *.epub *.html *.htm *.md *.txt);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Folder for the exported sessions</source>
        <translation>导出会话的文件夹</translation>
    </message>
    <message>
        <source>The library is damaged: %1</source>
        <translation>文库已损坏：%1</translation>
    </message>
    <message>
        <source>Repair</source>
        <translation>修复</translation>
    </message>
    <message>
        <source>Repaired. %1</source>
        <translation>已修复。%1</translation>
    </message>
    <message>
        <source>Nothing can be saved: %1</source>
        <translation>无法保存：%1</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Restored %1 tokens in %2 s</source>
        <translation>在 %2 秒内恢复了 %1 个词元</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>离线</translation>
    </message>
    <message>
        <source>Tools may use the network</source>
        <translation>工具可以联网</translation>
    </message>
    <message>
        <source>No tool may reach the network.</source>
        <translation>任何工具都不能联网。</translation>
    </message>
    <message>
        <source>Tools you allow may reach the network. Leyden itself never does.</source>
        <translation>你允许的工具可以联网。Leyden 本身从不联网。</translation>
    </message>
    <message>
        <source>Leyden</source>
        <translation>Leyden</translation>
    </message>
    <message>
        <source>%1 — Leyden</source>
        <translation>%1 — Leyden</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>菜单</translation>
    </message>
    <message numerus="yes">
        <source>%n session(s) written to %1</source>
        <translation>
            <numerusform>已将 %n 个会话写入 %1</numerusform>
        </translation>
    </message>
    <message>
        <source>No session has a message yet.</source>
        <translation>还没有任何会话包含消息。</translation>
    </message>
    <message>
        <source>This does not fit: %1 tokens more than the model can read at once. Have a document searched instead, or fork the session at an earlier message.</source>
        <translation>放不下：比模型一次能读的多出 %1 个词元。可以改为检索某个文档，或从较早的消息处分叉会话。</translation>
    </message>
    <message>
        <source>Choose what is read</source>
        <translation>选择要读的内容</translation>
    </message>
    <message>
        <source>Leyden did not close as it should last time. Everything up to the last second is there.</source>
        <translation>Leyden 上次没有正常关闭。直到最后一秒的内容都在。</translation>
    </message>
    <message>
        <source>Go on in safe mode</source>
        <translation>以安全模式继续</translation>
    </message>
    <message>
        <source>Safe mode: no plugins are loaded, and no model until you open one.</source>
        <translation>安全模式：不加载插件；模型由你手动打开。</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::MessageListView</name>
    <message>
        <source>Conversation</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>New text below</source>
        <translation>下方有新内容</translation>
    </message>
    <message>
        <source>Answer: %1</source>
        <translation>回答：%1</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::ModelPage</name>
    <message>
        <source>One session of %1 tokens fits.</source>
        <translation>放得下一个 %1 个词元的会话。</translation>
    </message>
    <message>
        <source>One session of %1 tokens does not fit; one of %2 does.</source>
        <translation>放不下 %1 个词元的会话，但放得下 %2 个词元的。</translation>
    </message>
    <message>
        <source>It does not fit.</source>
        <translation>放不下。</translation>
    </message>
    <message>
        <source>Folder of a model</source>
        <translation>模型文件夹</translation>
    </message>
    <message>
        <source>%1, %2 layers, %3 experts</source>
        <translation>%1，%2 层，%3 个专家</translation>
    </message>
    <message>
        <source>%1, %2 parameters</source>
        <translation>%1，%2 个参数</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 个词元</translation>
    </message>
    <message>
        <source>%1 for 1,000 tokens</source>
        <translation>每 1,000 个词元 %1</translation>
    </message>
    <message>
        <source>computed while opening</source>
        <translation>打开时计算</translation>
    </message>
    <message>
        <source>no licence file in the folder</source>
        <translation>文件夹中没有许可证文件</translation>
    </message>
    <message>
        <source>Opening was stopped.</source>
        <translation>打开已停止。</translation>
    </message>
    <message>
        <source>Reading weights: %1 of %2</source>
        <translation>正在读取权重：%1 / %2</translation>
    </message>
    <message>
        <source>file %1 of %2: %3</source>
        <translation>第 %1 个文件，共 %2 个：%3</translation>
    </message>
    <message numerus="yes">
        <source>%n second(s) left</source>
        <translation>
            <numerusform>剩余 %n 秒</numerusform>
        </translation>
    </message>
    <message>
        <source>Looking at the files</source>
        <translation>正在查看文件</translation>
    </message>
    <message>
        <source>This model is open</source>
        <translation>此模型已打开</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Open this model</source>
        <translation>打开此模型</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Folders with a published DeepSeek-V3.2 checkpoint, as they are. Nothing is downloaded.</source>
        <translation>直接使用已发布的 DeepSeek-V3.2 检查点文件夹。不会下载任何东西。</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Forget this folder</source>
        <translation>忘记此文件夹</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络结构</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Fingerprint</source>
        <translation>指纹</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>GPUs are written as 8x141GB, or 2x80GB+48GB.</source>
        <translation>GPU 的写法如 8x141GB，或 2x80GB+48GB。</translation>
    </message>
    <message>
        <source>GPUs to plan for</source>
        <translation>按哪些 GPU 规划</translation>
    </message>
    <message>
        <source>%1, %2 layers</source>
        <translation>%1，%2 层</translation>
    </message>
    <message>
        <source>Open it on this device</source>
        <translation>在此设备上打开</translation>
    </message>
    <message>
        <source>Compute on</source>
        <translation>计算设备</translation>
    </message>
    <message>
        <source>Plan for another computer</source>
        <translation>为另一台电脑规划</translation>
    </message>
    <message>
        <source>its GPUs, e.g. 8x141GB</source>
        <translation>其 GPU，例如 8x141GB</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::ModelStatus</name>
    <message>
        <source>No model is open</source>
        <translation>没有打开的模型</translation>
    </message>
    <message>
        <source>Opening the model</source>
        <translation>正在打开模型</translation>
    </message>
    <message>
        <source>Model: %1</source>
        <translation>模型：%1</translation>
    </message>
    <message>
        <source>Opening was stopped</source>
        <translation>打开已停止</translation>
    </message>
    <message>
        <source>The model did not open</source>
        <translation>模型未能打开</translation>
    </message>
    <message>
        <source>Show the models</source>
        <translation>显示模型</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::NoticeBar</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::PageCanvas</name>
    <message>
        <source>No document</source>
        <translation>没有文档</translation>
    </message>
    <message>
        <source>Page %1 of %2</source>
        <translation>第 %1 页，共 %2 页</translation>
    </message>
    <message>
        <source>This page could not be read.</source>
        <translation>无法读取此页。</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::PagePane</name>
    <message>
        <source>p. %1</source>
        <translation>第 %1 页</translation>
    </message>
    <message>
        <source>This passage stands on no page of the document as it is now. Nothing is marked.</source>
        <translation>此段落不在文档现有的任何一页上，因此没有标记。</translation>
    </message>
    <message>
        <source>The quotation was not found word for word on this page. Nothing is marked.</source>
        <translation>在此页上没有逐字找到这段引文，因此没有标记。</translation>
    </message>
    <message>
        <source>of %1</source>
        <translation>/ %1</translation>
    </message>
    <message>
        <source>%1%</source>
        <translation>%1%</translation>
    </message>
    <message>
        <source>%1, p. %2</source>
        <translation>%1，第 %2 页</translation>
    </message>
    <message>
        <source>Ask about selection</source>
        <translation>就所选内容提问</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Select page</source>
        <translation>选择整页</translation>
    </message>
    <message>
        <source>Find in document</source>
        <translation>在文档中查找</translation>
    </message>
    <message>
        <source>Outline and thumbnails</source>
        <translation>目录与缩略图</translation>
    </message>
    <message>
        <source>Back (Alt+Left)</source>
        <translation>后退 (Alt+左)</translation>
    </message>
    <message>
        <source>Forward (Alt+Right)</source>
        <translation>前进 (Alt+右)</translation>
    </message>
    <message>
        <source>Smaller (Ctrl+-)</source>
        <translation>缩小 (Ctrl+-)</translation>
    </message>
    <message>
        <source>Larger (Ctrl++)</source>
        <translation>放大 (Ctrl++)</translation>
    </message>
    <message>
        <source>Fit width (Ctrl+0)</source>
        <translation>适合宽度 (Ctrl+0)</translation>
    </message>
    <message>
        <source>Fit page</source>
        <translation>适合页面</translation>
    </message>
    <message>
        <source>Previous evidence (Shift+F8)</source>
        <translation>上一处依据 (Shift+F8)</translation>
    </message>
    <message>
        <source>Next evidence (F8)</source>
        <translation>下一处依据 (F8)</translation>
    </message>
    <message>
        <source>Find in document (Ctrl+F)</source>
        <translation>在文档中查找 (Ctrl+F)</translation>
    </message>
    <message>
        <source>Find in this document</source>
        <translation>在此文档中查找</translation>
    </message>
    <message>
        <source>Page number</source>
        <translation>页码</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::PageSide</name>
    <message>
        <source>Outline</source>
        <translation>目录</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>Thumbnails</source>
        <translation>缩略图</translation>
    </message>
    <message>
        <source>Outline and thumbnails</source>
        <translation>目录与缩略图</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::PageView</name>
    <message>
        <source>%1, %2</source>
        <comment>document, page</comment>
        <translation>%1，%2</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>文档</translation>
    </message>
    <message>
        <source>Open documents</source>
        <translation>打开的文档</translation>
    </message>
    <message>
        <source>Nothing is open</source>
        <translation>还没有打开文档</translation>
    </message>
    <message>
        <source>Drop a document here. It is read once: after that it opens in a moment, in every session.</source>
        <translation>把文档拖到这里。它只需读一次：此后在任何会话中都能瞬间打开。</translation>
    </message>
    <message>
        <source>Open a document</source>
        <translation>打开文档</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::PlanBars</name>
    <message>
        <source>Main memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>GPU %1</source>
        <translation>GPU %1</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>weights %1</source>
        <translation>权重 %1</translation>
    </message>
    <message>
        <source>context %1</source>
        <translation>上下文 %1</translation>
    </message>
    <message>
        <source>workspace %1</source>
        <translation>工作区 %1</translation>
    </message>
    <message>
        <source>in use %1</source>
        <translation>已占用 %1</translation>
    </message>
    <message>
        <source>%1: %2, of %3</source>
        <translation>%1：%2，共 %3</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::PrefillPanel</name>
    <message>
        <source>Loading the model</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>正在阅读</translation>
    </message>
    <message>
        <source>%1 of %2 tokens</source>
        <translation>%1 / %2 词元</translation>
    </message>
    <message>
        <source>%1%</source>
        <translation>%1%</translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>%1 词元/秒</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>还剩 %1</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 分 %2 秒</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 小时 %2 分</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::ReadingRoom</name>
    <message>
        <source>“%1” is longer than what the model can read at once. It can be searched instead: the model looks up the passages it needs.</source>
        <translation>“%1”超出模型一次能读的长度。可以改为检索：模型只查找它需要的段落。</translation>
    </message>
    <message>
        <source>The document</source>
        <translation>该文档</translation>
    </message>
    <message>
        <source>Search it instead</source>
        <translation>改为检索</translation>
    </message>
    <message>
        <source>Pasted: %1…</source>
        <translation>粘贴：%1…</translation>
    </message>
    <message>
        <source>The pasted text has %1 characters, more than the %2 of the settings: it became a document of this session.</source>
        <translation>粘贴的文本有 %1 个字符，超过设置中的 %2：已成为本会话的文档。</translation>
    </message>
    <message>
        <source>“%1” was written to since it was read. Answers use the text as it was read.</source>
        <translation>“%1”在读取之后又被写入。回答使用读取时的文本。</translation>
    </message>
    <message>
        <source>Read the new version</source>
        <translation>读取新版本</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::SearchModel</name>
    <message>
        <source>New session</source>
        <translation>新会话</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::ServerDialog</name>
    <message>
        <source>It may reach the network</source>
        <translation>允许访问网络</translation>
    </message>
    <message>
        <source>Add an MCP server</source>
        <translation>添加 MCP 服务器</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Command or address</source>
        <translation>命令或网址</translation>
    </message>
    <message>
        <source>a command with its arguments, or https://…</source>
        <translation>带参数的命令，或 https://…</translation>
    </message>
    <message>
        <source>A command runs in a sandbox: without your home folder, and without the network unless you allow it. You are asked before it starts.</source>
        <translation>命令在沙箱中运行：看不到你的主文件夹，未经允许也不能联网。启动前会询问你。</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::SessionAnswers</name>
    <message>
        <source>Save as preset…</source>
        <translation>存为预设…</translation>
    </message>
    <message>
        <source>Forget preset</source>
        <translation>删除预设</translation>
    </message>
    <message>
        <source>Reason first</source>
        <translation>先思考</translation>
    </message>
    <message>
        <source>Show evidence</source>
        <translation>显示依据</translation>
    </message>
    <message>
        <source>Always name a passage</source>
        <translation>总是指明段落</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>Top-p (0: off)</source>
        <translation>Top-p（0：关闭）</translation>
    </message>
    <message>
        <source>Longest answer, in tokens</source>
        <translation>最长回答（词元数）</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>指令</translation>
    </message>
    <message>
        <source>Instructions stand before the first question; a new session can have others.</source>
        <translation>指令位于第一个问题之前；新会话可以另设。</translation>
    </message>
    <message>
        <source>Given to the model before the first question.</source>
        <translation>在第一个问题之前交给模型。</translation>
    </message>
    <message>
        <source>Save as preset</source>
        <translation>存为预设</translation>
    </message>
    <message>
        <source>Name of the preset</source>
        <translation>预设名称</translation>
    </message>
    <message>
        <source>As in the settings</source>
        <translation>与设置相同</translation>
    </message>
    <message>
        <source>Of this session</source>
        <translation>本会话专用</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::SessionDialog</name>
    <message>
        <source>This session</source>
        <translation>本会话</translation>
    </message>
    <message>
        <source>Documents</source>
        <translation>文档</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>应用</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>The model may use tools</source>
        <translation>模型可以使用工具</translation>
    </message>
    <message>
        <source>Tools of this session</source>
        <translation>本会话的工具</translation>
    </message>
    <message>
        <source>You are asked before a tool is used, unless it only looks into your library. Documents that are searched need no switch.</source>
        <translation>使用工具之前会询问你，只查看你的文库的除外。被检索的文档不需要打开此开关。</translation>
    </message>
    <message>
        <source>%1 — %2 (%3)</source>
        <translation>%1 — %2（%3）</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::SessionDocuments</name>
    <message>
        <source>Documents of this session</source>
        <translation>本会话的文档</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>文档</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>词元数</translation>
    </message>
    <message>
        <source>In this session</source>
        <translation>在本会话中</translation>
    </message>
    <message>
        <source>Document %1</source>
        <translation>文档 %1</translation>
    </message>
    <message>
        <source>Read whole</source>
        <translation>整篇读取</translation>
    </message>
    <message>
        <source>Search only</source>
        <translation>仅检索</translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation>不使用</translation>
    </message>
    <message>
        <source>%1: in this session</source>
        <translation>%1：在本会话中</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>No document yet. Documents you open are read whole, unless they are longer than the model's context.</source>
        <translation>还没有文档。你打开的文档会整篇读取，除非超出模型的上下文。</translation>
    </message>
    <message>
        <source>%1 of the %2 tokens of the model's context are read whole.</source>
        <translation>模型上下文共 %2 个词元，其中 %1 个整篇读取。</translation>
    </message>
    <message>
        <source>%1 tokens are read whole.</source>
        <translation>整篇读取 %1 个词元。</translation>
    </message>
    <message>
        <source>That does not fit: choose documents to be searched only.</source>
        <translation>放不下：请选择仅检索的文档。</translation>
    </message>
    <message>
        <source>Of searched documents the model reads only what it looks up.</source>
        <translation>对于被检索的文档，模型只读它查找到的部分。</translation>
    </message>
    <message>
        <source>Questions were asked already, so a new session begins; this one stays as it is.</source>
        <translation>已经提过问题，因此会开始一个新会话；本会话保持不变。</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::SessionListModel</name>
    <message numerus="yes">
        <source>%n document(s)</source>
        <translation>
            <numerusform>%n 个文档</numerusform>
        </translation>
    </message>
    <message>
        <source>Pinned</source>
        <translation>已固定</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>This week</source>
        <translation>本周</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>更早</translation>
    </message>
    <message>
        <source>All sessions</source>
        <translation>所有会话</translation>
    </message>
    <message>
        <source>Archived</source>
        <translation>已归档</translation>
    </message>
    <message>
        <source>New session</source>
        <translation>新会话</translation>
    </message>
    <message>
        <source>What the model has read of it is kept: it reopens without reading again.</source>
        <translation>模型读过的内容已保留：重新打开时无需再读。</translation>
    </message>
    <message>
        <source>To save space, %1 of %2 of what the model has read of it is kept; reopening it reads the rest again.</source>
        <translation>为节省空间，模型读过的 %2 中保留了 %1；重新打开时会重读其余部分。</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::SessionSidebar</name>
    <message numerus="yes">
        <source>%n session(s) deleted</source>
        <translation>
            <numerusform>已删除 %n 个会话</numerusform>
        </translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Fork</source>
        <translation>分叉</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>取消固定</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>固定</translation>
    </message>
    <message>
        <source>Move to folder</source>
        <translation>移到文件夹</translation>
    </message>
    <message>
        <source>New folder…</source>
        <translation>新建文件夹…</translation>
    </message>
    <message>
        <source>New folder</source>
        <translation>新建文件夹</translation>
    </message>
    <message>
        <source>Name of the folder</source>
        <translation>文件夹名称</translation>
    </message>
    <message>
        <source>Out of the folder</source>
        <translation>移出文件夹</translation>
    </message>
    <message>
        <source>Take out of the archive</source>
        <translation>取消归档</translation>
    </message>
    <message>
        <source>Archive</source>
        <translation>归档</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Search titles and messages</source>
        <translation>搜索标题和消息</translation>
    </message>
    <message>
        <source>New session</source>
        <translation>新会话</translation>
    </message>
    <message>
        <source>Order of the sessions</source>
        <translation>会话的顺序</translation>
    </message>
    <message>
        <source>Sessions</source>
        <translation>会话</translation>
    </message>
    <message>
        <source>Search results</source>
        <translation>搜索结果</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>No sessions yet</source>
        <translation>还没有会话</translation>
    </message>
    <message>
        <source>A session is a conversation with its documents. Everything in it is saved as it happens, and reopens without reading again.</source>
        <translation>会话是一段对话及其文档。一切随时保存，重新打开时无需再读。</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>没有找到</translation>
    </message>
    <message>
        <source>Titles, messages and documents were searched for every word.</source>
        <translation>已在标题、消息和文档中查找每个词。</translation>
    </message>
    <message>
        <source>Last used first</source>
        <translation>最近使用的在前</translation>
    </message>
    <message>
        <source>Newest first</source>
        <translation>最新创建的在前</translation>
    </message>
    <message>
        <source>By name</source>
        <translation>按名称</translation>
    </message>
    <message>
        <source>Show archived</source>
        <translation>显示已归档的会话</translation>
    </message>
    <message>
        <source>Export as</source>
        <translation>导出为</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::SettingsPage</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Changes take effect at once and are kept.</source>
        <translation>更改立即生效并保存。</translation>
    </message>
    <message>
        <source>Search the settings</source>
        <translation>搜索设置</translation>
    </message>
    <message>
        <source>No setting has these words.</source>
        <translation>没有设置包含这些词。</translation>
    </message>
    <message>
        <source>They are kept in %1.</source>
        <translation>设置保存在 %1。</translation>
    </message>
    <message>
        <source>%1 cannot be written: changes last until Leyden closes. Make the file writable, or set XDG_CONFIG_HOME to a folder that is.</source>
        <translation>无法写入 %1：更改只保留到 Leyden 关闭。请使该文件可写，或将 XDG_CONFIG_HOME 设为可写的文件夹。</translation>
    </message>
    <message>
        <source>Back to the default</source>
        <translation>恢复默认值</translation>
    </message>
    <message>
        <source>%1: back to the default</source>
        <translation>%1：恢复默认值</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>位置</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::TablePiece</name>
    <message>
        <source>Copy table as Markdown</source>
        <translation>将表格复制为 Markdown</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::TableView</name>
    <message>
        <source>Table</source>
        <translation>表格</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::TextPiece</name>
    <message>
        <source>Your message</source>
        <translation>你的消息</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>These words were not found in the documents as they stand here. Check them before relying on them.</source>
        <translation>在文档中没有找到与此完全相同的文字。引用前请先核对。</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy message</source>
        <translation>复制消息</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::ThumbnailModel</name>
    <message>
        <source>Page %1</source>
        <translation>第 %1 页</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::ToolLogModel</name>
    <message>
        <source>%1 in %2 s</source>
        <translation>%1，用时 %2 秒</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Tool</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>Arguments</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Allowed</source>
        <translation>许可</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Hosts reached</source>
        <translation>访问的主机</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::ToolModel</name>
    <message>
        <source>only reads</source>
        <translation>只读取</translation>
    </message>
    <message>
        <source>may change things</source>
        <translation>可能更改内容</translation>
    </message>
    <message>
        <source>may destroy things</source>
        <translation>可能毁坏内容</translation>
    </message>
    <message>
        <source>uses the network</source>
        <translation>使用网络</translation>
    </message>
    <message>
        <source>no network</source>
        <translation>不使用网络</translation>
    </message>
    <message>
        <source>always allowed</source>
        <translation>始终允许</translation>
    </message>
    <message>
        <source>Tool</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>From</source>
        <translation>来自</translation>
    </message>
    <message>
        <source>What it may do</source>
        <translation>权限</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::ToolsPage</name>
    <message>
        <source>Export the log of calls</source>
        <translation>导出调用记录</translation>
    </message>
    <message>
        <source>JSON (*.json);;CSV (*.csv)</source>
        <translation>JSON (*.json);;CSV (*.csv)</translation>
    </message>
    <message>
        <source>Start a server</source>
        <translation>启动服务器</translation>
    </message>
    <message>
        <source>May Leyden start the server %1?</source>
        <translation>允许 Leyden 启动服务器 %1 吗？</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>暂不</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>What a model may use when you let it. Tools that look into your library need no asking; everything else asks you first, in the conversation.</source>
        <translation>在你允许时模型可以使用的工具。只查看文库的工具无需询问；其余的都会先在对话中询问你。</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>重新查找</translation>
    </message>
    <message>
        <source>Ask again from now on</source>
        <translation>今后重新询问</translation>
    </message>
    <message>
        <source>Takes back that the chosen tool is always allowed</source>
        <translation>撤销对所选工具的始终允许</translation>
    </message>
    <message>
        <source>MCP servers</source>
        <translation>MCP 服务器</translation>
    </message>
    <message>
        <source>Programs or addresses that bring tools by the Model Context Protocol. Offline, none that reaches the network is used.</source>
        <translation>通过 Model Context Protocol 提供工具的程序或网址。离线时，不使用任何需要联网的服务器。</translation>
    </message>
    <message>
        <source>Add a server…</source>
        <translation>添加服务器…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Every call</source>
        <translation>每次调用</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>No tool was called yet</source>
        <translation>还没有调用过工具</translation>
    </message>
    <message>
        <source>Let a model use tools below the question field. Each call is noted here with its arguments, your answer and the hosts it reached.</source>
        <translation>在提问框下方可让模型使用工具。每次调用都会记在这里，包括参数、你的答复和访问过的主机。</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::TranscriptExport</name>
    <message>
        <source>You</source>
        <translation>你</translation>
    </message>
    <message>
        <source>Leyden</source>
        <translation>Leyden</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>指令</translation>
    </message>
    <message>
        <source>Tool result</source>
        <translation>工具结果</translation>
    </message>
    <message>
        <source>Reasoning</source>
        <translation>推理过程</translation>
    </message>
    <message>
        <source>Tool %1</source>
        <translation>工具 %1</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>%1 could not be written: %2</source>
        <translation>无法写入 %1：%2</translation>
    </message>
    <message>
        <source>Markdown</source>
        <translation>Markdown</translation>
    </message>
    <message>
        <source>Web page</source>
        <translation>网页</translation>
    </message>
    <message>
        <source>PDF</source>
        <translation>PDF</translation>
    </message>
    <message>
        <source>JSON</source>
        <translation>JSON</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::TranscriptModel</name>
    <message>
        <source>You</source>
        <translation>你</translation>
    </message>
    <message>
        <source>Leyden</source>
        <translation>Leyden</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::TranscriptView</name>
    <message>
        <source>A file is being opened; your question waits.</source>
        <translation>正在打开文件；你的问题会等待。</translation>
    </message>
    <message>
        <source>The model is being opened; your question waits.</source>
        <translation>模型正在打开；你的问题会等待。</translation>
    </message>
    <message>
        <source>No model is open.</source>
        <translation>没有打开模型。</translation>
    </message>
    <message>
        <source>Open link</source>
        <translation>打开链接</translation>
    </message>
    <message>
        <source>Open this address outside of Leyden?</source>
        <translation>要在 Leyden 之外打开此地址吗？</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>复制地址</translation>
    </message>
    <message>
        <source>Some tools could not be used: %1</source>
        <translation>有些工具无法使用：%1</translation>
    </message>
    <message>
        <source>Leyden is offline: it opens no address. You can copy it.</source>
        <translation>Leyden 处于离线状态：不打开任何网址。你可以复制它。</translation>
    </message>
    <message>
        <source>The run was stopped. Its question is in the field again.</source>
        <translation>运行已停止，问题已放回输入框。</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::WaitingPiece</name>
    <message>
        <source>The answer has not begun yet</source>
        <translation>回答尚未开始</translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>Leyden, the reading room.</source>
        <translation>Leyden，阅览室。</translation>
    </message>
    <message>
        <source>Folder of the jar.</source>
        <translation>数据文件夹。</translation>
    </message>
    <message>
        <source>Folder of the model to open.</source>
        <translation>要打开的模型文件夹。</translation>
    </message>
    <message>
        <source>No plugins, and no model until you open one.</source>
        <translation>不加载插件；模型由你手动打开。</translation>
    </message>
    <message>
        <source>No tool may reach the network.</source>
        <translation>任何工具都不能联网。</translation>
    </message>
    <message>
        <source>Print how long the first window took, and quit.</source>
        <translation>打印首个窗口所用的时间，然后退出。</translation>
    </message>
    <message>
        <source>Documents to open.</source>
        <translation>要打开的文档。</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::DeviceRows</name>
    <message numerus="yes">
        <source>%n core(s)</source>
        <translation>
            <numerusform>%n 个核心</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n multiprocessor(s)</source>
        <translation>
            <numerusform>%n 个流处理器</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 · %2 · %3 free of %4</source>
        <translation>%1 · %2 · 可用 %3，共 %4</translation>
    </message>
    <message>
        <source>No GPU: %1</source>
        <translation>没有可用的 GPU：%1</translation>
    </message>
    <message>
        <source> · %1 °C</source>
        <translation> · %1 °C</translation>
    </message>
    <message>
        <source> · %1 W</source>
        <translation> · %1 瓦</translation>
    </message>
</context>
<context>
    <name>leyden::desktop::SessionExport</name>
    <message>
        <source>Session %1</source>
        <translation>会话 %1</translation>
    </message>
</context>
</TS>
