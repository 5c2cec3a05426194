using System.Globalization;

namespace DurableMl.Cli.Pipelines;

/// <summary>The dataset of a run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">The hash of its manifest.</param>
/// <param name="Reused">Whether it was there already.</param>
/// <param name="Examples">How many examples it holds.</param>
/// <param name="Shards">In how many shards.</param>
internal sealed record RunDataset(string? Name, string? Version, bool Reused, long? Examples, int? Shards)
{
    /// <summary>How large it is, in words.</summary>
    public string Size() => string.Create(
        CultureInfo.InvariantCulture, $"{Examples} example{(Examples == 1 ? "" : "s")} in {Shards} shard{(Shards == 1 ? "" : "s")}");
}
