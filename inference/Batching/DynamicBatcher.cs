using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Batching;

/// <summary>
/// One model version's queue. Requests that arrive while the model is busy queue up, and those of one shape share the next run, where that
/// is faster for a row than a run of its own. A short run on an idle model is done at once on the request's own thread.
/// </summary>
internal sealed class DynamicBatcher(ModelSession session, BatchingOptions options, ModelMetrics metrics, TimeProvider time) : IThreadPoolWorkItem, IDisposable
{
    private readonly Lock gate = new();
    private readonly List<InferenceJob> queue = [];
    private readonly RowCost cost = new();
    private ITimer? timer;
    private long queuedRows;
    private int active;

    // Whoever asks for a delay wants batches.
    private int MaxBatch => options.MaxDelay == TimeSpan.Zero && !cost.BatchingPays ? 1 : options.MaxBatch;

    /// <summary>Runs the model on <paramref name="inputs"/> (in the model's order), alone or in a batch. The caller disposes the outputs.</summary>
    /// <exception cref="InferenceException">429: the queue is full.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting; a run that others share goes on.</exception>
    public ValueTask<TensorList> RunAsync(TensorList inputs, IReadOnlyList<string>? outputs, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return cost.IsShort(inputs.Rows) && TryTakeSlot()
            ? new(RunHere(inputs, outputs, cancellationToken))
            : new(EnqueueAsync(new InferenceJob(session, inputs, outputs, time.GetTimestamp(), cancellationToken)));
    }

    /// <summary>Runs the next batch. A thread calls this; a slot was taken for it.</summary>
    public void Execute()
    {
        List<InferenceJob>? batch = null;
        try
        {
            batch = TakeBatch();
            if (batch is not null)
            {
                Run(batch);
            }
        }
        catch (Exception e)
        {
            // An exception that leaves this thread ends the process. It belongs to those who asked, as far as they have no answer yet.
            foreach (InferenceJob job in batch ?? [])
            {
                job.Fail(e);
                job.Release();
            }
        }
        finally
        {
            Next();
        }
    }

    /// <summary>Ends the wait for company; nobody may wait here any more.</summary>
    public void Dispose() => timer?.Dispose();

    private bool TryTakeSlot()
    {
        lock (gate)
        {
            // Where batches pay, or may, a queue must form for them.
            int limit = MaxBatch > 1 ? options.Concurrency : options.ShortConcurrency;
            if (active >= limit || queue.Count > 0 || options.MaxDelay > TimeSpan.Zero)
            {
                return false;
            }

            active++;
            return true;
        }
    }

    // No queue, no change of thread. What was short so far need not stay so: a loop in the model may go round as often as an input says.
    private TensorList RunHere(TensorList inputs, IReadOnlyList<string>? outputs, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        metrics.QueueTime(TimeSpan.Zero);
        try
        {
            return RunUntil(inputs, outputs, cancellationToken);
        }
        finally
        {
            Finished(started, inputs.Rows);
            Next();
        }
    }

    private async Task<TensorList> EnqueueAsync(InferenceJob job)
    {
        lock (gate)
        {
            if (queue.Count >= options.MaxQueue)
            {
                job.Release();
                throw new InferenceException(429, $"As many requests as may are waiting for this model already: {queue.Count}.", TimeSpan.FromSeconds(1));
            }

            queue.Add(job);
            queuedRows += job.Rows;
            metrics.Queued(1);
            StartIfDue();
        }

        await using CancellationTokenRegistration registration = job.Cancellation.UnsafeRegister(static (state, _) => ((Action)state!)(), (Action)(() => Abandon(job)));
        return await job.Task;
    }

    // Under the gate.
    private void StartIfDue()
    {
        if (queue.Count == 0 || active >= options.Concurrency)
        {
            return;
        }

        TimeSpan left = queuedRows >= MaxBatch ? TimeSpan.Zero : options.MaxDelay - time.GetElapsedTime(queue[0].Enqueued);
        if (left <= TimeSpan.Zero)
        {
            active++;
            if (cost.IsShort((int)Math.Min(queuedRows, MaxBatch)))
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
            else
            {
                // ONNX Runtime keeps the thread that calls it; on the pool HTTP would stand still meanwhile.
                _ = Task.Factory.StartNew(Execute, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }

            return;
        }

        timer ??= time.CreateTimer(_ => Due(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(left, Timeout.InfiniteTimeSpan);
    }

    private void Due()
    {
        lock (gate)
        {
            StartIfDue();
        }
    }

    // A run ended: its slot goes to the next batch or becomes free.
    private void Next()
    {
        lock (gate)
        {
            active--;
            StartIfDue();
        }
    }

    private List<InferenceJob>? TakeBatch()
    {
        lock (gate)
        {
            if (queue.Count == 0)
            {
                // Everything was cancelled meanwhile.
                return null;
            }

            var batch = new List<InferenceJob> { queue[0] };
            long rows = queue[0].Rows;
            int kept = 0;
            for (int i = 1; i < queue.Count; i++)
            {
                InferenceJob job = queue[i];
                if (rows + job.Rows <= MaxBatch && job.FitsWith(batch[0]))
                {
                    batch.Add(job);
                    rows += job.Rows;
                }
                else
                {
                    queue[kept++] = job;
                }
            }

            queue.RemoveRange(kept, queue.Count - kept);
            queuedRows -= rows;
            metrics.Queued(-batch.Count);
            return batch;
        }
    }

    private void Abandon(InferenceJob job)
    {
        bool waiting;
        lock (gate)
        {
            waiting = queue.Remove(job);
            if (waiting)
            {
                queuedRows -= job.Rows;
                metrics.Queued(-1);
            }
        }

        job.TrySetCanceled(job.Cancellation);
        if (waiting)
        {
            job.Release();
        }
    }

    private void Run(List<InferenceJob> batch)
    {
        long started = time.GetTimestamp();
        foreach (InferenceJob job in batch)
        {
            metrics.QueueTime(time.GetElapsedTime(job.Enqueued, started));
        }

        if (batch.Count > 1 && TryRunTogether(batch, started))
        {
            return;
        }

        batch.ForEach(RunAlone);
    }

    // Before anybody has an answer: who asks for figures afterwards finds the run in them.
    private void Finished(long started, int rows)
    {
        TimeSpan elapsed = time.GetElapsedTime(started);
        cost.Ran(elapsed, rows);
        metrics.Ran(elapsed, rows);
    }

    private bool TryRunTogether(List<InferenceJob> batch, long started)
    {
        try
        {
            if (BatchRun.Run(session, batch) is not { } outputs)
            {
                return false;
            }

            // At most what a batch may have.
            Finished(started, batch.Sum(job => job.Rows));
            foreach ((InferenceJob job, TensorList its) in batch.Zip(outputs))
            {
                job.Release();
                job.Complete(its);
            }

            return true;
        }
        catch (Exception)
        {
            // One job's rows may be at fault, whatever came of it: alone, the others succeed and that one gets the error.
            return false;
        }
    }

    private void RunAlone(InferenceJob job)
    {
        long started = time.GetTimestamp();
        try
        {
            job.Cancellation.ThrowIfCancellationRequested();
            TensorList outputs = RunUntil(job.Inputs, job.Outputs, job.Cancellation);
            Finished(started, job.Rows);
            job.Complete(outputs);
        }
        catch (Exception e)
        {
            Finished(started, job.Rows);
            job.Fail(e);
        }
        finally
        {
            job.Release();
        }
    }

    private TensorList RunUntil(TensorList inputs, IReadOnlyList<string>? outputs, CancellationToken cancellationToken)
    {
        using var stop = new RunOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using (cancellationToken.UnsafeRegister(static state => ((RunOptions)state!).Terminate = true, stop))
        {
            try
            {
                return session.Run(inputs, outputs, stop);
            }
            catch (ModelRunException) when (cancellationToken.IsCancellationRequested)
            {
                // A run that was terminated fails like any other.
                throw new OperationCanceledException(cancellationToken);
            }
        }
    }
}

/// <summary>How one model's runs are batched and bounded.</summary>
/// <param name="MaxBatch">Rows in a run made of several requests; 1 for no batching.</param>
/// <param name="MaxDelay">How long the first request waits for others.</param>
/// <param name="Concurrency">Runs at a time.</param>
/// <param name="MaxQueue">Requests that may wait.</param>
internal sealed record BatchingOptions(int MaxBatch, TimeSpan MaxDelay, int Concurrency, int MaxQueue)
{
    /// <summary>Runs at a time while they are short and batches bring nothing: they stay on their requests' threads, of which there are about as many as cores anyway.</summary>
    public int ShortConcurrency { get; init; } = Concurrency;
}
