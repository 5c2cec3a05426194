using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Serving.Tests;

/// <summary>The signature over HTTP, in JSON.</summary>
public abstract class HttpSignatureConformance : SignatureConformance
{
    /// <summary>The host, with a key in its headers.</summary>
    protected abstract Task<HttpClient> ClientAsync();

    /// <inheritdoc/>
    protected override async Task<JsonNode?> SignatureAsync(string model) => (await (await ClientAsync()).GetFromJsonAsync<JsonNode>(new Uri($"v2/models/{model}", UriKind.Relative)))!["signature"];

    private protected override async Task<Answer> AskAsync(Question question)
    {
        var body = new JsonObject
        {
            ["inputs"] = new JsonArray([.. question.Inputs.Select(input => new JsonObject
            {
                ["name"] = input.Name,
                ["datatype"] = input.Datatype,
                ["shape"] = new JsonArray([.. input.Shape.Select(size => JsonValue.Create(size))]),
                ["data"] = new JsonArray([.. input.Data.Select(Json)]),
            })]),
            ["parameters"] = new JsonObject(question.Parameters.Select(parameter => KeyValuePair.Create(parameter.Name, Json(parameter.Value)))),
        };
        if (question.Output is { } output)
        {
            body["outputs"] = new JsonArray(new JsonObject
            {
                ["name"] = output,
                ["parameters"] = question.Classes is { } classes ? new JsonObject { ["classification"] = classes } : null,
            });
        }

        using HttpResponseMessage response = await (await ClientAsync()).PostAsJsonAsync(new Uri($"v2/models/{question.Model}/infer", UriKind.Relative), body);
        JsonNode answer = (await response.Content.ReadFromJsonAsync<JsonNode>())!;
        if (response.StatusCode == HttpStatusCode.BadRequest)
        {
            return new((string)answer["error"]!, [], []);
        }

        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode, answer.ToJsonString());
        ILookup<bool, JsonNode> outputs = answer["outputs"]!.AsArray().ToLookup(each => (string)each!["datatype"]! == "BYTES", each => each!);
        return new(null, outputs[true].ToDictionary(Name, Data<string>), outputs[false].ToDictionary(Name, Data<double>));
    }

    // NaN is null in JSON, a file Base64.
    private static JsonNode? Json(object? value) => value switch
    {
        null or double.NaN => null,
        byte[] file => Convert.ToBase64String(file),
        _ => JsonSerializer.SerializeToNode(value),
    };

    private static string Name(JsonNode output) => (string)output["name"]!;

    private static T[] Data<T>(JsonNode output) => [.. output["data"]!.AsArray().Select(value => value!.GetValue<T>())];
}
