#nullable enable
using System.Text.Json;

namespace Azure.Compute.Batch;

/// <summary>Hands out tasks in groups that fit one request: at most 100 tasks and 1 MB. Safe for concurrent use.</summary>
internal sealed class TaskSource(IEnumerator<BatchTaskCreateOptions> tasks)
{
    /// <summary>What the service takes in one request.</summary>
    internal const int MaxCount = 100;

    /// <summary>Less than the service's 1 MB, for commas, brackets and the odd difference in counting.</summary>
    internal const int MaxBytes = 1_000_000;

    private readonly Lock _lock = new();
    private readonly Queue<PendingTask> _left = new();
    private int _maxCount = MaxCount;
    private PendingTask? _next;

    /// <summary>A group to send: the given ones first, then new ones; empty when there are no more.</summary>
    public List<PendingTask> Take(IEnumerable<PendingTask> again)
    {
        var retries = new Queue<PendingTask>(again);
        var group = new List<PendingTask>();
        var ids = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        long bytes = 0;
        lock (_lock)
        {
            while (group.Count < _maxCount && (retries.TryPeek(out PendingTask? task) || TryPeek(out task)))
            {
                bytes += task.Bytes;
                if (group.Count > 0 && bytes > MaxBytes)
                {
                    break;
                }

                if (!ids.Add(task.Options.Id))
                {
                    throw new ArgumentException($"Two tasks have the id '{task.Options.Id}'; give each its own.", nameof(tasks));
                }

                group.Add(task);
                if (!retries.TryDequeue(out _))
                {
                    _next = null;
                }
            }

            // What did not fit goes before the tasks that were never tried.
            while (retries.TryDequeue(out PendingTask? left))
            {
                _left.Enqueue(left);
            }
        }

        return group;
    }

    /// <summary>A group was too large after all: no larger than half of it from now on.</summary>
    public void Shrink(int tooMany)
    {
        lock (_lock)
        {
            _maxCount = Math.Max(1, Math.Min(_maxCount, tooMany / 2));
        }
    }

    private bool TryPeek([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PendingTask? task)
    {
        if (_next is null)
        {
            if (_left.TryDequeue(out PendingTask? left))
            {
                _next = left;
            }
            else if (tasks.MoveNext())
            {
                BatchTaskCreateOptions options = tasks.Current ?? throw new ArgumentException("One of the tasks is null.", nameof(tasks));
                _next = new PendingTask(options, JsonSerializer.SerializeToUtf8Bytes(options, BatchJson.Options).Length + 1);
            }
        }

        task = _next;
        return task is not null;
    }
}

/// <summary>A task that is not added yet.</summary>
/// <param name="Options">The task.</param>
/// <param name="Bytes">Its length on the wire.</param>
internal sealed record PendingTask(BatchTaskCreateOptions Options, int Bytes)
{
    public int RetryCount { get; set; }
}
