namespace DurableMl.Inference.Management;

/// <summary>The OpenAPI description of the HTTP API, kept beside this file.</summary>
internal static class OpenApiDocument
{
    public static byte[] Json { get; } = Read();

    private static byte[] Read()
    {
        using Stream resource = typeof(OpenApiDocument).Assembly.GetManifestResourceStream("openapi.json")
            ?? throw new InvalidOperationException("openapi.json is not in the assembly.");
        var json = new byte[resource.Length];
        resource.ReadExactly(json);
        return json;
    }
}
