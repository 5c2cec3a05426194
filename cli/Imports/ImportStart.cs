namespace DurableMl.Cli.Imports;

/// <summary>An import that was started.</summary>
/// <param name="Id">Its id.</param>
/// <param name="StatusUrl">Where its state is to be read.</param>
internal sealed record ImportStart(string Id, Uri StatusUrl);
