namespace DurableMl.Local.BatchEmulator.Wire;

/// <summary>Maps operations of the service.</summary>
internal static class BatchRoutes
{
    /// <summary>An operation, by method and path.</summary>
    public static void MapOperation(this IEndpointRouteBuilder routes, string method, string path, Func<BatchRequest, Task> operation) =>
        routes.MapMethods(path, [method], (RequestDelegate)(http => operation(new BatchRequest(http))));

    /// <summary>Operations the service has and the emulator has not: each says so by name.</summary>
    public static void MapUnsupported(this IEndpointRouteBuilder routes)
    {
        foreach (var (method, path, name) in Unsupported)
        {
            routes.MapOperation(method, path, _ => throw BatchErrors.NotImplemented(name));
        }

        routes.MapFallback("{**path}", http =>
            throw new BatchException(404, "ResourceNotFound", "The specified resource does not exist.", ("Path", http.Request.Path.Value!)));
    }

    private static readonly (string Method, string Path, string Name)[] Unsupported =
    [
        ("GET", "/applications", "ListApplications"),
        ("GET", "/applications/{applicationId}", "GetApplication"),
        ("GET", "/poolusagemetrics", "ListPoolUsageMetrics"),
        ("GET", "/lifetimepoolstats", "GetAllPoolLifetimeStatistics"),
        ("GET", "/lifetimejobstats", "GetAllJobLifetimeStatistics"),
        ("POST", "/certificates", "AddCertificate"),
        ("GET", "/certificates", "ListCertificates"),
        ("GET", "/certificates({thumbprint})", "GetCertificate"),
        ("DELETE", "/certificates({thumbprint})", "DeleteCertificate"),
        ("POST", "/certificates({thumbprint})/canceldelete", "CancelCertificateDeletion"),
        ("POST", "/pools/{poolId}/nodes/{nodeId}/users", "CreateNodeUser"),
        ("PUT", "/pools/{poolId}/nodes/{nodeId}/users/{userName}", "ReplaceNodeUser"),
        ("DELETE", "/pools/{poolId}/nodes/{nodeId}/users/{userName}", "DeleteNodeUser"),
        ("GET", "/pools/{poolId}/nodes/{nodeId}/remoteloginsettings", "GetNodeRemoteLoginSettings"),
        ("GET", "/pools/{poolId}/nodes/{nodeId}/rdp", "GetNodeRemoteDesktop"),
        ("POST", "/pools/{poolId}/nodes/{nodeId}/uploadbatchservicelogs", "UploadNodeLogs"),
        ("GET", "/pools/{poolId}/nodes/{nodeId}/extensions", "ListNodeExtensions"),
        ("GET", "/pools/{poolId}/nodes/{nodeId}/extensions/{extensionName}", "GetNodeExtension"),
    ];
}
