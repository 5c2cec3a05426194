using System.Globalization;
using System.Text.Json;

namespace DurableMl.Cli.Pipelines;

/// <summary>A trial as the run's status shows it.</summary>
internal sealed record RunTrial
{
    /// <summary>For example <c>trial-003</c>.</summary>
    public required string Id { get; init; }

    /// <summary>waiting, running, retrying, completed, failed, stopped or cancelled.</summary>
    public string? State { get; init; }

    /// <summary>The hyperparameters.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Parameters { get; init; }

    /// <summary>The best value of the sweep's metric so far.</summary>
    public double? Objective { get; init; }

    /// <summary>The second objective, where the sweep has two.</summary>
    public double? Second { get; init; }

    /// <summary>How much of the budget is done.</summary>
    public double? Epoch { get; init; }

    /// <summary>The budget.</summary>
    public double? Budget { get; init; }

    /// <summary>How many times it was submitted.</summary>
    public int? Attempts { get; init; }

    /// <summary>How often a node was taken from it.</summary>
    public int? Preemptions { get; init; }

    /// <summary>The trials whose weights it has gone on from, under population-based training.</summary>
    public IReadOnlyList<RunTrialAncestor>? Lineage { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>The hyperparameters on one line, and whom it follows.</summary>
    public string Describe()
    {
        var parameters = Parameters is null ? "" : string.Join(", ", Parameters.Select(parameter => $"{parameter.Key} {parameter.Value}"));
        return Lineage is [.., { } last] ? string.Create(CultureInfo.InvariantCulture, $"{parameters}{(parameters.Length > 0 ? "; " : "")}from {last.Trial} at {last.Epoch}") : parameters;
    }

    /// <summary>The objective, or both.</summary>
    public string Objectives() => Second is { } second
        ? string.Create(CultureInfo.InvariantCulture, $"{Objective:0.0000} / {second:G4}")
        : Objective?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "";
}

/// <summary>A trial that another has followed.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="Epoch">At which epoch.</param>
internal sealed record RunTrialAncestor(string Trial, int Epoch);
