using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Runs;

/// <summary>Words that may come to an orchestration at any time, such as to cancel, over its continuation as new.</summary>
internal static class Words
{
    /// <summary>
    /// Ends a wait for a word before the orchestration continues as new: a word that came to a wait of the old execution would be lost. The
    /// orchestration sends itself an empty one, which ends the wait unless another came first. To be awaited last, directly before
    /// <see cref="TaskOrchestrationContext.ContinueAsNew(object?, bool)"/>.
    /// </summary>
    /// <param name="word">The wait.</param>
    /// <param name="context">The orchestration's context.</param>
    /// <param name="name">The event's name.</param>
    /// <returns>The word that came first; null where none did.</returns>
    public static async Task<string?> DrainAsync(this Task<string> word, TaskOrchestrationContext context, string name)
    {
        if (!word.IsCompleted)
        {
            context.SendEvent(context.InstanceId, name, "");
        }

        return await word is { Length: > 0 } said ? said : null;
    }
}
