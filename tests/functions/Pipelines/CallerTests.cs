using DurableMl.Functions.Pipelines;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using NSubstitute;

namespace Functions.Tests.Pipelines;

[TestClass]
public sealed class CallerTests
{
    [TestMethod]
    [DataRow("True", "ada@example.org", "1f", "ada@example.org")]
    [DataRow("true", null, "1f", "1f")]
    [DataRow("True", null, null, null)]
    [DataRow("False", "eve@example.org", "1f", null)]
    [DataRow(null, "eve@example.org", "1f", null)]
    public void Only_where_the_platform_signs_people_in_do_its_headers_name_the_caller(string? enabled, string? name, string? id, string? caller)
    {
        var headers = new HttpHeadersCollection();
        foreach ((string header, string? value) in ((string, string?)[])[("X-MS-CLIENT-PRINCIPAL-NAME", name), ("X-MS-CLIENT-PRINCIPAL-ID", id)])
        {
            if (value is not null)
            {
                headers.Add(header, value);
            }
        }

        HttpRequestData request = Substitute.For<HttpRequestData>(Substitute.For<FunctionContext>());
        request.Headers.Returns(headers);

        Assert.AreEqual(caller, Caller.Of(request, enabled));
    }
}
