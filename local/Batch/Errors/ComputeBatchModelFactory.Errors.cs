namespace Azure.Compute.Batch;

public static partial class ComputeBatchModelFactory
{
    /// <summary>A name and a value.</summary>
    public static NameValuePair NameValuePair(string name = null, string value = null) => new()
    {
        Name = name,
        Value = value,
    };

    /// <summary>An error as the service describes it.</summary>
    public static BatchError BatchError(
        string code = null,
        BatchErrorMessage message = null,
        IEnumerable<BatchErrorDetail> values = null) => new()
    {
        Code = code,
        Message = message,
        Values = values?.ToList() ?? [],
    };

    /// <summary>Text of an error.</summary>
    public static BatchErrorMessage BatchErrorMessage(string lang = null, string value = null) => new()
    {
        Lang = lang,
        Value = value,
    };

    /// <summary>More about an error.</summary>
    public static BatchErrorDetail BatchErrorDetail(string key = null, string value = null) => new()
    {
        Key = key,
        Value = value,
    };
}
