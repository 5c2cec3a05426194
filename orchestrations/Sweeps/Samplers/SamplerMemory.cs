using System.Collections.Concurrent;
using System.Text.Json;

namespace DurableMl.Orchestrations.Sweeps.Samplers;

/// <summary>The moment at which a sweep chooses: what it has seen by then follows from its history, and a replay comes to the same moments.</summary>
/// <param name="Sweep">The sweep's instance.</param>
/// <param name="StartedAt">When it began: tells it from another that had its id.</param>
/// <param name="Trial">The trial to choose for.</param>
/// <param name="Ends">How many times a trial had ended.</param>
/// <param name="Steps">How many times one had been begun.</param>
internal readonly record struct Choice(string Sweep, DateTime StartedAt, int Trial, int Ends, int Steps);

/// <summary>
/// Choices of this process. A replay makes each of its execution's again, up to fifty times, and one among thousands of trials takes a learning sampler
/// tens of milliseconds. They are a function of their moment, so it makes no difference whether they are remembered or made anew.
/// </summary>
internal static class SamplerMemory
{
    private const int Most = 10_000;

    private static readonly ConcurrentDictionary<Choice, IReadOnlyDictionary<string, JsonElement>> Made = new();

    /// <summary>What was chosen at a moment, or what is chosen now.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Get(Choice choice, Func<IReadOnlyDictionary<string, JsonElement>> make)
    {
        if (Made.TryGetValue(choice, out IReadOnlyDictionary<string, JsonElement>? made))
        {
            return made;
        }

        if (Made.Count >= Most)
        {
            Made.Clear();
        }

        return Made[choice] = make();
    }
}
