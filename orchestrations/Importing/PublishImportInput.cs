namespace DurableMl.Orchestrations.Importing;

/// <summary>What <see cref="PublishImport"/> works on.</summary>
/// <param name="Import">The import.</param>
/// <param name="Prepared">The files that it was given.</param>
/// <param name="CodeSha256">The version of the code that converted the model; null where none did.</param>
public sealed record PublishImportInput(ImportInput Import, PreparedImport Prepared, string? CodeSha256);
