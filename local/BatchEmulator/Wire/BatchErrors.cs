namespace DurableMl.Local.BatchEmulator.Wire;

/// <summary>The error answers, by code.</summary>
internal static class BatchErrors
{
    public static BatchException PoolNotFound() => new(404, "PoolNotFound", "The specified pool does not exist.");

    public static BatchException JobNotFound() => new(404, "JobNotFound", "The specified job does not exist.");

    public static BatchException JobScheduleNotFound() => new(404, "JobScheduleNotFound", "The specified job schedule does not exist.");

    public static BatchException TaskNotFound() => new(404, "TaskNotFound", "The specified task does not exist.");

    public static BatchException NodeNotFound() => new(404, "NodeNotFound", "The specified node does not exist.");

    public static BatchException FileNotFound() => new(404, "FileNotFound", "The specified file does not exist.");

    public static BatchException Conflict(string code, string message) => new(409, code, message);

    public static BatchException ConditionNotMet() =>
        new(412, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met.");

    public static BatchException InvalidBody(string reason) =>
        new(400, "InvalidRequestBody", "The specified Request Body is not syntactically correct.", ("Reason", reason));

    public static BatchException MissingProperty(string path) =>
        new(400, "MissingRequiredProperty", "A required property was not specified in the request body.", ("PropertyName", path));

    public static BatchException InvalidProperty(string path, string? value, string reason) =>
        new(400, "InvalidPropertyValue", "The value provided for one of the properties in the request body is invalid.",
            ("PropertyName", path), ("PropertyValue", value ?? ""), ("Reason", reason));

    public static BatchException InvalidQuery(string name, string? value, string reason) =>
        new(400, "InvalidQueryParameterValue", "Value for one of the query parameters specified in the request URI is invalid.",
            ("QueryParameterName", name), ("QueryParameterValue", value ?? ""), ("Reason", reason));

    public static BatchException MissingQuery(string name) =>
        new(400, "MissingRequiredQueryParameter", "A required query parameter was not specified in the request URI.", ("QueryParameterName", name));

    public static BatchException InvalidHeader(string name, string? value, string reason) =>
        new(400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format.",
            ("HeaderName", name), ("HeaderValue", value ?? ""), ("Reason", reason));

    public static BatchException TooLarge(string reason) =>
        new(413, "RequestBodyTooLarge", "The size of the request body exceeds the maximum size permitted.", ("Reason", reason));

    public static BatchException NotImplemented(string operation) =>
        new(501, "NotImplemented", $"The Batch emulator does not support the operation {operation}.", ("Operation", operation));
}
