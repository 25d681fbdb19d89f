// SPDX-License-Identifier: Apache-2.0
#include "core/engine/scheduler.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace leyden {
namespace {

/// While others decode, a prompt is read in smaller bites, so that their tokens keep coming.
constexpr int64_t kChunkBesideDecode = 64;
/// Evidence: at most this many question rows make up the background.
constexpr int64_t kBackgroundRows = 512;

void sum_spans(const std::vector<PositionRange>& spans, const std::vector<float>& by_position,
               SpanMass* out) {
  out->assign(spans.size(), 0.0f);
  const int64_t n = static_cast<int64_t>(by_position.size());
  for (size_t i = 0; i < spans.size(); ++i) {
    float sum = 0;
    for (int64_t p = spans[i].begin; p < std::min(spans[i].end, n); ++p)
      sum += by_position[static_cast<size_t>(p)];
    (*out)[i] = sum;
  }
}

/// Seconds for the tokens [from, to), given that a token costs a + b * position: a line through the
/// chunk costs so far.
double estimate_rest(const std::vector<std::pair<double, double>>& costs, double from, double to) {
  const double n = static_cast<double>(costs.size());
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (const auto& [x, y] : costs) sx += x, sy += y, sxx += x * x, sxy += x * y;
  const double d = n * sxx - sx * sx;
  double b = d > 1e-9 ? std::max(0.0, (n * sxy - sx * sy) / d) : 0.0;
  const double a = (sy - b * sx) / n;
  if (a < 0) b = sy / std::max(sx, 1.0);
  return std::max(a, 0.0) * (to - from) + b * 0.5 * (to * to - from * from);
}

}  // namespace

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Scheduler::Scheduler(std::shared_ptr<const Model> model, std::shared_ptr<ThreadPool> pool,
                     std::unique_ptr<Network> network, const EngineOptions& options)
    : model_(std::move(model)),
      pool_(std::move(pool)),
      options_(options),
      network_(std::move(network)),
      pages_(network_->page_memory(), model_->fingerprint(), network_->numerics_profile(),
             model_->mha_positions(), options.kv_bytes, options.store),
      thread_([this] { loop(); }) {}

Scheduler::~Scheduler() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
  (void)hand_over(nullptr, 30000);  // what cannot be kept is computed again another time
}

void Scheduler::run(Job& job) {
  std::unique_lock lock(mutex_);
  if (job.sequence->busy_) {
    job.status = Status(StatusCode::kBusy, "engine: the sequence is in use by another call");
    return;
  }
  job.sequence->busy_ = true;
  job.submitted_s = now_s();
  queue_.push_back(&job);
  wake_.notify_all();
  done_.wait(lock, [&] { return job.done; });
  job.sequence->busy_ = false;
}

PagePool::Stats Scheduler::page_stats() const {
  std::lock_guard lock(pages_mutex_);
  return pages_.stats();
}

void Scheduler::loop() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stop_ || !queue_.empty() || !active_.empty(); });
      if (stop_ && queue_.empty() && active_.empty()) return;
      while (!queue_.empty()) {
        active_.push_back(queue_.front());
        queue_.pop_front();
      }
    }
    step();
  }
}

/// The question has been read by the first token, so its mean mass changes no more.
void Scheduler::settle_background(Job& job) {
  if (job.background_rows == 0 || !job.result.background.empty()) return;
  sum_spans(job.request->spans, job.background, &job.result.background);
  for (float& m : job.result.background) m /= static_cast<float>(job.background_rows);
}

void Scheduler::finish(Job& job, Status status) {
  active_.erase(std::find(active_.begin(), active_.end(), &job));
  const double now = now_s();
  if (job.first_token_s > 0) {
    job.result.decode_s = now - job.first_token_s;
  } else {
    job.result.prefill_s = now - job.submitted_s;
  }
  settle_background(job);
  std::lock_guard lock(mutex_);
  job.status = std::move(status);
  job.done = true;
  done_.notify_all();
}

// ---- timelines and pages
// -------------------------------------------------------------------------

Status Scheduler::truncate(Sequence& s, int64_t n) {
  const auto keep = static_cast<size_t>((n + kPageTokens - 1) / kPageTokens);
  s.tokens_.resize(static_cast<size_t>(n));
  s.pages_.resize(keep);
  s.page_bytes_.resize(keep);
  if (n == 0) s.exact_ = true;
  const auto in_last = static_cast<size_t>(n % kPageTokens);
  if (in_last == 0) return {};
  std::shared_ptr<Page>& last = s.pages_.back();
  if (!last->complete && last.use_count() == 1) {
    last->tokens.resize(in_last);
    last->decoded &= (uint64_t{1} << in_last) - 1;
    return {};
  }
  LEYDEN_ASSIGN(last, pages_.clone_prefix(*last, in_last));
  s.page_bytes_.back() = last->bytes;
  return {};
}

Result<std::shared_ptr<Sequence>> Scheduler::fork(Sequence& from, int64_t n) {
  {
    std::lock_guard lock(mutex_);
    if (from.busy_)
      return Status(StatusCode::kBusy, "engine: the sequence is in use by another call");
    from.busy_ = true;
  }
  auto copy = std::make_shared<Sequence>();
  copy->tokens_ = from.tokens_;
  copy->pages_ = from.pages_;
  copy->page_bytes_ = from.page_bytes_;
  copy->exact_ = from.exact_;
  const int64_t length = static_cast<int64_t>(from.tokens_.size());
  Status status;
  {
    std::lock_guard lock(pages_mutex_);
    status = truncate(*copy, n < 0 ? length : std::min(n, length));
  }
  std::lock_guard lock(mutex_);
  from.busy_ = false;
  if (!status.ok()) return status;
  return copy;
}

Status Scheduler::reserve(Sequence& s, int64_t n_tokens) {
  const auto total = static_cast<int64_t>(s.tokens_.size()) + n_tokens;
  while (static_cast<int64_t>(s.pages_.size()) * kPageTokens < total) {
    LEYDEN_ASSIGN(std::shared_ptr<Page> page, pages_.allocate());
    if (!s.pages_.empty()) page->depth = s.pages_.back()->depth + 1;
    s.page_bytes_.push_back(page->bytes);
    s.pages_.push_back(std::move(page));
  }
  return {};
}

void Scheduler::commit(Sequence& s, std::span<const ForwardRow> rows, bool alone) {
  for (const ForwardRow& row : rows) {
    const size_t index = s.tokens_.size() / static_cast<size_t>(kPageTokens);
    Page& page = *s.pages_[index];
    if (row.decode) page.decoded |= uint64_t{1} << page.tokens.size();
    page.tokens.push_back(row.token);
    s.tokens_.push_back(row.token);
    if (static_cast<int64_t>(page.tokens.size()) < kPageTokens) continue;
    page.parent = index > 0 ? s.pages_[index - 1]->id : PageId{};
    page.id = chain_page_id(page.parent, page.tokens, pages_.fingerprint());
    page.complete = true;
    if (!alone && !pages_.publish(s.pages_[index])) s.exact_ = false;
  }
}

Status Scheduler::reuse_pages(Job& job) {
  Sequence& s = *job.sequence;
  // The last prompt token is always computed: its hidden state is wanted.
  const size_t limit = job.prompt.size() - 1;
  size_t common = 0;
  while (common < std::min(limit, s.tokens_.size()) && s.tokens_[common] == job.prompt[common])
    ++common;
  LEYDEN_TRY(truncate(s, static_cast<int64_t>(common)));

  // Further full pages, by identity.
  for (;;) {
    const size_t full = s.tokens_.size() / static_cast<size_t>(kPageTokens);
    const size_t end = (full + 1) * static_cast<size_t>(kPageTokens);
    if (end > limit) break;
    const std::span<const int32_t> tokens(
        job.prompt.data() + full * static_cast<size_t>(kPageTokens),
        static_cast<size_t>(kPageTokens));
    const PageId parent = full > 0 ? s.pages_[full - 1]->id : PageId{};
    bool damaged = false;
    LEYDEN_ASSIGN(std::shared_ptr<Page> page,
                  pages_.find(chain_page_id(parent, tokens, pages_.fingerprint()), &damaged));
    if (damaged) ++job.result.damaged_pages;
    if (!page) break;
    s.tokens_.resize(full * static_cast<size_t>(kPageTokens));
    s.pages_.resize(full);
    s.page_bytes_.resize(full);
    s.page_bytes_.push_back(page->bytes);
    s.pages_.push_back(std::move(page));
    s.tokens_.insert(s.tokens_.end(), tokens.begin(), tokens.end());
  }
  job.result.reused_tokens = static_cast<int64_t>(s.tokens_.size());
  return {};
}

bool Scheduler::start(Job& job) {
  const int64_t prompt = static_cast<int64_t>(job.prompt.size());
  job.result.prompt_tokens = prompt;
  if (job.request) {
    const int64_t room = model_->config().max_seq_len - prompt;
    const int64_t begun = job.request->answer_tokens;
    job.result.tokens.assign(job.prompt.end() - begun, job.prompt.end());
    job.max_tokens = begun + (job.request->max_tokens > 0 ? job.request->max_tokens : room);
    job.sampler = std::make_unique<Sampler>(job.request->sampling, job.prompt,
                                            static_cast<size_t>(job.request->answer_tokens));
    if (!job.request->spans.empty()) job.background.assign(job.prompt.size(), 0.0f);
  }
  Status status;
  {
    std::lock_guard lock(pages_mutex_);
    if (!job.logits_sink) {
      status = reuse_pages(job);
    } else if (!job.goes_on) {
      status = truncate(*job.sequence, 0);
    }
  }
  if (!status.ok()) {
    finish(job, status);
    return false;
  }
  job.phase = Job::Phase::kPrefill;
  return true;
}

// ---- one step
// ------------------------------------------------------------------------------------

bool Scheduler::add_rows(Job& job, int64_t budget) {
  Sequence& s = *job.sequence;
  const int64_t length = static_cast<int64_t>(s.tokens_.size());
  const int64_t prompt = static_cast<int64_t>(job.prompt.size());
  const bool decode = job.phase == Job::Phase::kDecode;
  int64_t n = 1;
  if (!decode) {
    // Chunks end on a fixed absolute grid.
    const int64_t grid_end = (length / options_.chunk_tokens + 1) * options_.chunk_tokens;
    n = std::min({budget, prompt - length, grid_end - length});
  }
  Status status;
  {
    std::lock_guard lock(pages_mutex_);
    status = reserve(s, n);
  }
  if (!status.ok()) {
    finish(job, status);
    return false;
  }
  const bool evidence = job.request && !job.request->spans.empty();
  for (int64_t i = 0; i < n; ++i) {
    ForwardRow row;
    row.position = length + i;
    row.token = decode ? job.next_token : job.prompt[static_cast<size_t>(row.position)];
    row.pages = s.page_bytes_.data();
    // An answer that is continued: what it had is computed as it was.
    row.decode = decode || (job.request && row.position >= prompt - job.request->answer_tokens);
    if (job.decoded)
      row.decode = ((*job.decoded)[static_cast<size_t>(row.position / kPageTokens)] >>
                    (row.position % kPageTokens)) &
                   1;
    if (evidence) {
      if (decode || row.position == prompt - 1) {
        job.row_mass.assign(static_cast<size_t>(row.position) + 1, 0.0f);
        row.mass = job.row_mass.data();
      } else if (row.position >= std::max(job.request->question_begin, prompt - kBackgroundRows)) {
        row.mass = job.background.data();
        ++job.background_rows;
      }
    }
    if (job.recall && row.position % job.recall_stride == 0) row.recall = job.recall;
    rows_.push_back(row);
  }
  job.batch_rows = n;
  return true;
}

void Scheduler::step() {
  const std::vector<Job*> jobs = active_;
  std::vector<Job*> ready;  // finish() gives a job back to its thread: it is not looked at again
  rows_.clear();
  std::vector<std::pair<Job*, int64_t>> batch;  // with the job's first row
  bool decoding = false;
  for (Job* job : jobs) {
    if (job->phase == Job::Phase::kQueued && !start(*job)) continue;
    if (job->request && job->request->cancel && job->request->cancel->cancelled()) {
      job->result.finish = FinishReason::kCancelled;
      finish(*job, {});
      continue;
    }
    decoding |= job->phase == Job::Phase::kDecode;
    ready.push_back(job);
  }
  int64_t budget = decoding ? kChunkBesideDecode : options_.chunk_tokens;
  for (const auto phase : {Job::Phase::kDecode, Job::Phase::kPrefill}) {
    for (Job*& job : ready) {
      if (!job || job->phase != phase) continue;
      if (phase == Job::Phase::kPrefill && budget <= 0) break;
      const int64_t first = static_cast<int64_t>(rows_.size());
      if (!add_rows(*job, budget)) {
        job = nullptr;
        continue;
      }
      if (phase == Job::Phase::kPrefill) budget -= job->batch_rows;
      batch.emplace_back(job, first);
    }
  }
  if (rows_.empty()) return;
  // Who waited longest reads next: rotate, so that prompts take turns.
  std::rotate(active_.begin(), active_.begin() + 1, active_.end());

  const int64_t m = static_cast<int64_t>(rows_.size());
  const double begin = now_s();
  const Status computed = network_->run(rows_);
  const double seconds = now_s() - begin;
  if (!computed.ok()) {
    for (const auto& [job, first] : batch) finish(*job, computed);
    return;
  }
  for (const auto& [job, first] : batch) {
    {
      std::lock_guard lock(pages_mutex_);
      commit(*job->sequence,
             std::span(rows_).subspan(static_cast<size_t>(first),
                                      static_cast<size_t>(job->batch_rows)),
             job->alone);
    }
    if (job->phase == Job::Phase::kPrefill)
      report_prefill(*job, job->batch_rows,
                     seconds * static_cast<double>(job->batch_rows) / static_cast<double>(m));
    after_forward(*job, first);
  }
}

void Scheduler::report_prefill(Job& job, int64_t rows, double seconds) {
  const int64_t length = static_cast<int64_t>(job.sequence->tokens_.size());
  const double middle = static_cast<double>(length) - 0.5 * static_cast<double>(rows);
  job.chunk_costs.emplace_back(middle, seconds / static_cast<double>(rows));
  if (!job.request || !job.request->on_prefill) return;
  const int64_t total = static_cast<int64_t>(job.prompt.size());
  Progress p{"prefill", "tokens", static_cast<uint64_t>(length), static_cast<uint64_t>(total)};
  p.eta_s = estimate_rest(job.chunk_costs, static_cast<double>(length), static_cast<double>(total));
  job.request->on_prefill(p);
}

void Scheduler::after_forward(Job& job, int64_t first_row) {
  if (job.logits_sink) {
    const Status status = *job.logits_sink ? all_logits(job, first_row) : Status();
    if (!status.ok() || job.sequence->tokens_.size() == job.prompt.size()) finish(job, status);
    return;
  }
  if (job.sequence->tokens_.size() < job.prompt.size()) return;
  if (job.phase == Job::Phase::kPrefill) {
    job.phase = Job::Phase::kDecode;
    job.first_token_s = now_s();
    job.result.prefill_s = job.first_token_s - job.submitted_s;
  }
  const int32_t row = static_cast<int32_t>(first_row + job.batch_rows - 1);
  std::vector<float> logits(static_cast<size_t>(model_->config().vocab_size));
  if (const Status status = network_->logits({&row, 1}, logits.data()); !status.ok())
    return finish(job, status);
  deliver(job, logits);
}

Status Scheduler::all_logits(Job& job, int64_t first_row) {
  constexpr int64_t kRowsAtOnce = 64;
  const int64_t vocab = model_->config().vocab_size;
  const int64_t first_position =
      static_cast<int64_t>(job.sequence->tokens_.size()) - job.batch_rows;
  std::vector<float> logits;
  std::vector<int32_t> rows;
  for (int64_t i = 0; i < job.batch_rows; i += kRowsAtOnce) {
    rows.clear();
    for (int64_t j = i; j < std::min(job.batch_rows, i + kRowsAtOnce); ++j)
      rows.push_back(static_cast<int32_t>(first_row + j));
    logits.resize(rows.size() * static_cast<size_t>(vocab));
    LEYDEN_TRY(network_->logits(rows, logits.data()));
    LEYDEN_TRY(
        (*job.logits_sink)(first_position + i, static_cast<int64_t>(rows.size()), logits.data()));
  }
  return {};
}

void Scheduler::deliver(Job& job, std::span<float> logits) {
  const GenerateRequest& request = *job.request;
  GenerateResult& result = job.result;
  if (request.mask) request.mask(result.tokens, logits);
  const Result<int32_t> sampled = job.sampler->sample(logits);
  if (!sampled.ok()) return finish(job, sampled.status());
  if (result.ttft_s == 0) result.ttft_s = now_s() - job.submitted_s;
  const int32_t token = *sampled;
  if (std::find(request.stop_ids.begin(), request.stop_ids.end(), token) !=
      request.stop_ids.end()) {
    result.finish = FinishReason::kStop;
    result.stop_id = token;
    return finish(job, {});
  }
  job.sampler->accept(token);
  result.tokens.push_back(token);
  if (request.on_token) {
    TokenEvent event{token, static_cast<int64_t>(job.sequence->tokens_.size())};
    if (!request.spans.empty()) {
      settle_background(job);
      sum_spans(request.spans, job.row_mass, &job.span_mass);
      event.mass = &job.span_mass;
      if (!result.background.empty()) event.background = &result.background;
    }
    if (!request.on_token(event)) {
      result.finish = FinishReason::kCallback;
      return finish(job, {});
    }
  }
  if (static_cast<int64_t>(result.tokens.size()) >= job.max_tokens) {
    result.finish = FinishReason::kLength;
    return finish(job, {});
  }
  job.next_token = token;
}

}  // namespace leyden
