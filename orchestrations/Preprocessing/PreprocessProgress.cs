using DurableMl.Orchestrations.Blobs;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Counts finished blocks in the orchestration's custom status.</summary>
internal sealed class PreprocessProgress
{
    private readonly TaskOrchestrationContext context;
    private readonly int total;
    private int done;

    public PreprocessProgress(TaskOrchestrationContext context, int total)
    {
        this.context = context;
        this.total = total;
        Report();
    }

    /// <summary>Awaits a block and counts it.</summary>
    public async Task<T> CountAsync<T>(Task<T> block)
    {
        T result = await block;
        done++;
        Report();
        return result;
    }

    private void Report() => context.SetCustomStatus(JsonBlobs.ToElement(new BlockProgress(done, total)));
}
