using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Importing;

/// <summary>What an import shows in its custom status. How its conversion is doing is in that trial's own. Lives inside <see cref="ImportOrchestrator"/>.</summary>
internal sealed class ImportProgress(TaskOrchestrationContext context, ImportInput input)
{
    private const int LongestError = 500;

    private readonly List<ImportPhaseTimes> phases = [];
    private IReadOnlyList<TrialStatus> trials = [];
    private int done;

    private DateTimeOffset Now => new(context.CurrentUtcDateTime, TimeSpan.Zero);

    /// <summary>Ends the phase under way and begins the next.</summary>
    public void Enter(ImportPhase phase)
    {
        Close();
        bool over = phase == ImportPhase.Done;
        phases.Add(new ImportPhaseTimes(phase, Now, over ? Now : null));
        done = over ? 1 : 0;
        Show(null);
    }

    /// <summary>Shows how the conversion has ended.</summary>
    public void Take(TrialStatus conversion)
    {
        trials = [conversion with { Error = Shorten(conversion.Error) }];
        done = 1;
        Show(null);
    }

    /// <summary>Ends the phase under way for good and shows why.</summary>
    public void Stop(string reason)
    {
        Close();
        Show(reason);
    }

    private static string? Shorten(string? text) => text is { Length: > LongestError } ? text[..(LongestError - 1)] + "…" : text;

    private void Close()
    {
        if (phases is [.., { EndedAt: null } last])
        {
            phases[^1] = last with { EndedAt = Now };
        }
    }

    private void Show(string? error) => context.SetCustomStatus(JsonBlobs.ToElement(
        new ImportStatus(input.Model, input.Request.Format, phases[^1].Name, done, Total: 1, phases, trials, Shorten(error))));
}
