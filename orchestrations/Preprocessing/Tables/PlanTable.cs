using Azure.Storage.Blobs;
using DurableMl.Features.Schemas;
using DurableMl.Features.Splits;
using DurableMl.Features.Tables;
using DurableMl.Features.Transforms;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing.Sources;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Preprocessing.Tables;

/// <summary>What <see cref="PlanTable"/> found.</summary>
/// <param name="Fingerprint">SHA-256 over the raw blobs' identities and the settings, in hexadecimal.</param>
/// <param name="Existing">The dataset that the same inputs gave before; then there is nothing to do.</param>
/// <param name="Parts">Parts to work on.</param>
/// <param name="Split">How rows are divided.</param>
public sealed record PlannedTable(string Fingerprint, DatasetReference? Existing, int Parts, SplitRule? Split) : IFilesPlan
{
    /// <inheritdoc/>
    public IReadOnlyList<UnpackArchiveInput> Archives { get; init; } = [];
}

/// <summary>Activity: looks at a folder of tables, infers what their columns hold, and divides the work.</summary>
/// <param name="blobs">The data account.</param>
public sealed class PlanTable(BlobServiceClient blobs)
{
    private const int PartPieces = 250;
    private const int Parallel = 8;

    /// <summary>Bytes that one activity reads, unless a single file has more.</summary>
    internal long PartBytes { get; init; } = 32 << 20;

    /// <summary>Bytes of a piece of a single file of separated text that has more.</summary>
    internal long TextBytes { get; init; } = 32 << 20;

    /// <summary>Plans, and leaves the plan in the run's staging folder.</summary>
    /// <param name="input">The run and the dataset.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="DatasetFormatException">The blobs are no tables, or do not have the columns that the pipeline names.</exception>
    /// <exception cref="TableFormatException">The first table is damaged.</exception>
    [Function(nameof(PlanTable))]
    public async Task<PlannedTable> RunAsync([ActivityTrigger] PlanDatasetInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        DatasetDefinition dataset = input.Dataset;
        (IReadOnlyList<RawBlob> tables, IReadOnlyList<UnpackArchiveInput> archives) = await UnpackedFiles.ListAsync(blobs, input, RawBlobs.Most, cancellationToken);
        if (archives.Count > 0)
        {
            return new PlannedTable("", null, 0, null) { Archives = archives };
        }

        if (tables.Count == 0)
        {
            throw new DatasetFormatException(dataset.Place, "tables", "archives without any");
        }

        if (tables.FirstOrDefault(blob => TableFileType.Of(blob.Path) is null) is { } other)
        {
            throw new DatasetFormatException(
                other.Place, $"only tables in {dataset.Place}, by their names: {TableFileType.Endings}, or .zip with these in it", "another name; give it one of these, or move it elsewhere");
        }

        string fingerprint = InputFingerprint.Of(dataset, tables);
        if (await InputFingerprint.FindExistingAsync(blobs, dataset.Name, fingerprint, cancellationToken) is { } existing)
        {
            return new PlannedTable(fingerprint, existing, 0, null);
        }

        TablePiece[] whole = [.. tables.Select(
            blob => new TablePiece(blob.Container, blob.Blob, blob.ETag, blob.Bytes))];
        var failed = new List<FailedItem>();
        (int first, IReadOnlyList<ColumnFinding> columns) = await InferAsync(whole, dataset, failed, cancellationToken);
        (TableTransform transform, SplitRule split) = Decide(columns, dataset.Table!, whole[first].Place);
        var pieces = new List<TablePiece>();
        foreach (TablePiece piece in whole[first..])
        {
            try
            {
                // Text that may be left out is left out whole; a row group stands for itself.
                bool isParquet = TableFileType.Of(piece.Blob)!.Value.Format == TableFormat.Parquet;
                pieces.AddRange(isParquet || (dataset.MaxFailedItems == 0 && dataset.Table!.Form is not { CanBeCut: false }) ? await piece.CutAsync(blobs, isParquet ? PartBytes : TextBytes, cancellationToken) : [piece]);
            }
            catch (TableFormatException e) when (dataset.MaxFailedItems > 0)
            {
                failed.Add(FailedItems.Of(piece.Place, e.Message));
                FailedItems.CheckPart(failed, dataset.MaxFailedItems);
            }
        }

        List<IReadOnlyList<TablePiece>> parts = Parts(pieces);
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        await container.GetBlobClient(DatasetBlobs.Plan(dataset.Name, input.RunId))
            .WriteJsonAsync(new TablePlan(columns, transform, split) { Slices = dataset.Table!.Slices ?? [], MaxFailedItems = dataset.MaxFailedItems, Failed = failed }, cancellationToken);
        await System.Threading.Tasks.Parallel.ForEachAsync(
            parts.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (part, token) => await container.GetBlobClient(DatasetBlobs.Part(dataset.Name, input.RunId, part.Index)).WriteJsonAsync(part.Item, token));
        return new PlannedTable(fingerprint, null, parts.Count, split);
    }

    /// <summary>The columns of the first table that can be read, and its number.</summary>
    private async Task<(int First, IReadOnlyList<ColumnFinding> Columns)> InferAsync(
        TablePiece[] tables, DatasetDefinition dataset, List<FailedItem> failed, CancellationToken cancellationToken)
    {
        for (int first = 0; ; first++)
        {
            try
            {
                return (first, await InferAsync(tables[first], dataset.Table!, cancellationToken));
            }
            catch (TableFormatException e) when (first < dataset.MaxFailedItems && first < tables.Length - 1)
            {
                failed.Add(FailedItems.Of(tables[first].Place, e.Message));
            }
        }
    }

    private async Task<IReadOnlyList<ColumnFinding>> InferAsync(
        TablePiece piece, TableDefinition table, CancellationToken cancellationToken)
    {
        await using Stream stream = await piece.OpenAsync(blobs, cancellationToken);
        IReadOnlyList<ColumnFinding> found = await TableReader.InferAsync(
            piece.Source(stream), table.Missing, table.Form, cancellationToken: cancellationToken);
        return [.. found.Select(column => Said(column.Name) is { } said ? column with { Type = said, Reason = "the pipeline says so" } : column)];

        ColumnType? Said(string name) => table.Columns.GetValueOrDefault(name)?.Type;
    }

    private static (TableTransform Transform, SplitRule Split) Decide(
        IReadOnlyList<ColumnFinding> columns, TableDefinition table, string place)
    {
        Dictionary<string, ColumnFinding> byName = columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        IEnumerable<string> named = table.Targets.Concat(table.Columns.Keys).Concat(table.Split.Column is { } divides ? [divides] : []).Concat(table.Slices ?? []);
        string[] absent = [.. named.Where(name => !byName.ContainsKey(name)).Distinct(StringComparer.Ordinal)];
        if (absent.Length > 0)
        {
            throw new DatasetFormatException(place, $"the columns {Listed(absent)} that the pipeline names", Listed(byName.Keys));
        }

        bool isNumeric = table.Targets.All(target => byName[target].Type == ColumnType.Numeric);
        LearningTask task = table.Task ?? (isNumeric ? LearningTask.Regression : LearningTask.Classification);
        if (task == LearningTask.Classification && table.Targets.Count > 1)
        {
            throw new DatasetFormatException(
                place, "one target for a classification", $"{table.Targets.Count}: not all of {Listed(table.Targets)} hold numbers only");
        }

        SplitRule split = table.Split;
        if (table.SplitFollows && task == LearningTask.Classification)
        {
            split = split with { By = SplitBy.Stratified, Column = table.Targets[0] };
        }
        else if (split.By == SplitBy.Stratified && task != LearningTask.Classification)
        {
            throw new DatasetFormatException(
                place, "labels to stratify by", $"numbers only in {Listed(table.Targets)}; set dataset.task, or split by fraction");
        }

        // What divides the rows is seldom something to learn from: it is a feature only if the pipeline gives it a type.
        ColumnTransform[] features =
        [
            .. columns.Where(column => column.Type != ColumnType.Ignored && !table.Targets.Contains(column.Name, StringComparer.Ordinal)
                    && (column.Name != split.Column || table.Columns.GetValueOrDefault(column.Name)?.Type is not null))
                .Select(column => Transform(column, table.Columns.GetValueOrDefault(column.Name), place)),
        ];
        if (split is { By: SplitBy.Group, Column: { } group } && features.FirstOrDefault(feature => feature.Name == group) is { } own && own.Type != ColumnType.Categorical)
        {
            throw new DatasetFormatException(
                place, $"'{group}', which divides the rows, to be categorical where it is a feature too", $"the type {own.Type}");
        }

        if (split is { By: SplitBy.Time, Column: { } time } && byName[time] is { Type: not (ColumnType.DateTime or ColumnType.Numeric) } untimely
            && table.Columns.GetValueOrDefault(time)?.Type != ColumnType.Ignored)
        {
            throw new DatasetFormatException(
                place, $"times, such as 2026-01-31 or 2026-01-31T12:00:00Z, or numbers in '{time}', by which dataset.split divides the rows", $"the type {untimely.Type} ({untimely.Reason})");
        }

        return features.Length > 0
            ? (new TableTransform(table.Missing, features, task, table.Targets) { LabelSeparator = table.LabelSeparator ?? LabelSet.UsualSeparator, Form = table.Form }, split)
            : throw new DatasetFormatException(
                place, "at least one column to learn from", $"none beside {Listed(table.Targets)} that is not ignored{Why(columns, table)}");
    }

    private static string Why(IReadOnlyList<ColumnFinding> columns, TableDefinition table)
    {
        string[] ignored = [.. columns.Where(column => column.Type == ColumnType.Ignored && !table.Targets.Contains(column.Name)).Select(column => $"'{column.Name}' ({column.Reason})")];
        return ignored.Length == 0 ? "" : $": {string.Join(", ", ignored.Take(3))}{(ignored.Length > 3 ? " …" : "")}; dataset.columns can give another type";
    }

    private static ColumnTransform Transform(ColumnFinding column, TableColumnDefinition? said, string place)
    {
        ColumnTransform usual = ColumnTransform.Usual(column.Name, column.Type);
        if (said is null)
        {
            return usual;
        }

        // A type that was inferred may not suit what the pipeline says besides.
        ColumnEncoding encoding = said.Encoding ?? usual.Encoding;
        MissingRule missing = said.Missing ?? usual.Missing;
        return ColumnTransform.Encodings(column.Type).Contains(encoding) && ColumnTransform.MissingRules(column.Type).Contains(missing)
            ? usual with
            {
                Encoding = encoding,
                Missing = missing,
                Constant = said.Fill,
                Buckets = said.Buckets ?? usual.Buckets,
                Words = said.Words ?? usual.Words,
                Length = said.Length ?? usual.Length,
            }
            : throw new DatasetFormatException(
                place, $"'{column.Name}' to suit what dataset.columns says of it",
                $"the type {column.Type} ({column.Reason}); give its type there too");
    }

    private List<IReadOnlyList<TablePiece>> Parts(List<TablePiece> pieces)
    {
        var parts = new List<IReadOnlyList<TablePiece>>();
        var part = new List<TablePiece>();
        long bytes = 0;
        foreach (TablePiece piece in pieces)
        {
            if (part.Count > 0 && (bytes + piece.Bytes > PartBytes || part.Count == PartPieces))
            {
                parts.Add(part);
                (part, bytes) = ([], 0);
            }

            part.Add(piece);
            bytes += piece.Bytes;
        }

        parts.Add(part);
        return parts;
    }

    private static string Listed(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(20).Select(name => $"'{name}'")) + (names.Count > 20 ? $" and {names.Count - 20} more" : "");
}
