using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Experiments;

/// <summary>
/// Runs copies of requests on shadow versions, one at a time, after their callers have been answered. Callers never wait for it: when it
/// is behind, copies are dropped and counted.
/// </summary>
internal sealed class ShadowRunner(ModelCatalog catalog, SessionCache sessions, ExperimentLog experiments, TimeProvider time, ILogger<ShadowRunner> logger) : BackgroundService
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
        ModelTarget target = work.Shadow.Target;
        string model = target.Model ?? work.State.Model;
        ModelState state = model == work.State.Model ? work.State : await catalog.GetAsync(model, cancellationToken);
        using ModelLease lease = await sessions.AcquireAsync(model, state.Resolve(target.Version), cancellationToken);
        long started = time.GetTimestamp();
        List<Tensor> outputs = await lease.Model.InferAsync(work.Request, cancellationToken);
        try
        {
            TimeSpan latency = time.GetElapsedTime(started);
            (bool agreed, double difference) = Compare(work.Outputs, outputs, work.Shadow.Tolerance);
            experiments.Compared(work.State.Model, work.Request.Id!, work.Route, lease.Model.Manifest.Version, latency, agreed, difference, outputs);
        }
        finally
        {
            outputs.ForEach(output => output.Dispose());
        }
    }

    /// <summary>Whether two answers agree: by class where they have classes, otherwise within the tolerance; and how far floating-point outputs differ.</summary>
    internal static (bool Agreed, double Difference) Compare(List<Tensor> given, List<Tensor> shadow, double tolerance)
    {
        double difference = 0;
        bool same = given.Count == shadow.Count;
        for (int i = 0; same && i < given.Count; i++)
        {
            Tensor one = given[i];
            Tensor? two = shadow.Find(other => other.Name == one.Name);
            if (two is null || two.Type != one.Type || !two.Shape.AsSpan().SequenceEqual(one.Shape))
            {
                return (false, difference);
            }

            if (one.Type.Name == "FP32")
            {
                difference = Math.Max(difference, Largest(Scores.Values(one), Scores.Values(two)));
            }
            else
            {
                same = one.Data.SequenceEqual(two.Data);
            }
        }

        long[]? classes = given.Count > 0 && shadow.Count > 0 ? Scores.Classes(given, int.MaxValue) : null;
        return classes is not null && Scores.Classes(shadow, int.MaxValue) is { } others
            ? (classes.AsSpan().SequenceEqual(others), difference)
            : (same && difference <= tolerance, difference);
    }

    private static double Largest(ReadOnlySpan<float> one, ReadOnlySpan<float> two)
    {
        double largest = 0;
        for (int i = 0; i < one.Length; i++)
        {
            // NaN and infinity agree with themselves and are as far as can be from all else; infinity itself has no place in JSON.
            double difference = one[i].Equals(two[i]) ? 0 : Math.Abs((double)one[i] - two[i]);
            largest = Math.Max(largest, double.IsFinite(difference) ? difference : double.MaxValue);
        }

        return largest;
    }

    private void Done(Work work)
    {
        Interlocked.Add(ref waitingBytes, -work.Bytes);
        work.Dispose();
    }

    private sealed class Work : IDisposable
    {
        public Work(ModelState state, ShadowTarget shadow, InferRequest request, InferResponse response)
        {
            State = state;
            Shadow = shadow;
            Route = "shadow:" + shadow.Target.Version;
            Request = request.Share();
            Bytes = Request.Bytes;
            Outputs = response.Outputs.ConvertAll(output => output.Share());
            foreach (Tensor output in Outputs)
            {
                Bytes += output.Length;
            }
        }

        public ModelState State { get; }

        public ShadowTarget Shadow { get; }

        public string Route { get; }

        public InferRequest Request { get; }

        public List<Tensor> Outputs { get; }

        public long Bytes { get; }

        public void Dispose()
        {
            Request.Dispose();
            Outputs.ForEach(output => output.Dispose());
        }
    }
}
