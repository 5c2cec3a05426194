using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Experiments;

/// <summary>
/// Runs copies of requests on shadow versions, one at a time, after their callers have been answered. Callers never wait for it: when it
/// is behind, copies are dropped and counted.
/// </summary>
internal sealed class ShadowRunner(ModelCatalog catalog, ExperimentLog experiments, TimeProvider time, ILogger<ShadowRunner> logger) : BackgroundService
{
    private const int MaxWaiting = 256;
    private const long MaxWaitingBytes = 256 << 20;

    private readonly Channel<Work> queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private long waitingBytes;

    /// <summary>Queues copies of a request for the shadows of its model. The tensors are shared, not copied.</summary>
    public void Copy(ModelState state, InferRequest request, InferResponse response)
    {
        IReadOnlyList<ShadowTarget> shadows = state.Traffic.Rules.Shadows;
        for (int i = 0; i < shadows.Count; i++)
        {
            if (state.Traffic.ShadowChoices[i].Next() != 0)
            {
                continue;
            }

            var work = new Work(state, shadows[i], request, response);
            if (Interlocked.Add(ref waitingBytes, work.Bytes) > MaxWaitingBytes || !queue.Writer.TryWrite(work))
            {
                Done(work);
                experiments.Dropped(state.Model, work.Route);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (Work work in queue.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await RunAsync(work, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                experiments.Answered(work.State.Model, work.Route, null, TimeSpan.Zero, failed: true);
                logger.LogDebug(e, "Shadow {Route} of model {Model} failed", work.Route, work.State.Model);
            }
            finally
            {
                Done(work);
            }
        }
    }

    private async Task RunAsync(Work work, CancellationToken cancellationToken)
    {
        using ModelLease lease = await catalog.AcquireAsync(work.State, work.Shadow.Target, cancellationToken);
        long started = time.GetTimestamp();
        using TensorList outputs = await lease.Model.InferAsync(work.Request, cancellationToken);
        TimeSpan latency = time.GetElapsedTime(started);
        (bool agreed, double difference) = Compare(work.Outputs, outputs, work.Shadow.Tolerance);
        experiments.Compared(work.State.Model, work.Request.Id!, work.Route, lease.Model.Manifest.Version, latency, agreed, difference, outputs);
    }

    /// <summary>Whether two answers agree: by class where they have classes, otherwise within the tolerance; and how far numbers differ.</summary>
    internal static (bool Agreed, double Difference) Compare(TensorList given, TensorList shadow, double tolerance)
    {
        double difference = 0;
        bool same = given.Count == shadow.Count;
        foreach (Tensor one in given)
        {
            if (shadow.Named(one.Name) is not { } two || two.Type != one.Type || !two.Shape.AsSpan().SequenceEqual(one.Shape))
            {
                return (false, difference);
            }

            same &= one.Type.IsFloat || one.Data.SequenceEqual(two.Data);
            difference = one.Type.IsFloat ? Math.Max(difference, one.FurthestFrom(two).Difference) : difference;
        }

        // Infinity has no place in JSON.
        difference = Math.Min(difference, double.MaxValue);
        return Scores.Classes(given, int.MaxValue) is { } classes && Scores.Classes(shadow, int.MaxValue) is { } others
            ? (classes.AsSpan().SequenceEqual(others), difference)
            : (same && difference <= tolerance, difference);
    }

    private void Done(Work work)
    {
        Interlocked.Add(ref waitingBytes, -work.Bytes);
        work.Dispose();
    }

    private sealed class Work(ModelState state, ShadowTarget shadow, InferRequest request, InferResponse response) : IDisposable
    {
        public ModelState State => state;

        public ShadowTarget Shadow => shadow;

        public string Route { get; } = "shadow:" + shadow.Target.Version;

        public InferRequest Request { get; } = request.Share();

        public TensorList Outputs { get; } = response.Outputs.Share();

        public long Bytes { get; } = request.Bytes + response.Outputs.Bytes;

        public void Dispose()
        {
            Request.Dispose();
            Outputs.Dispose();
        }
    }
}
