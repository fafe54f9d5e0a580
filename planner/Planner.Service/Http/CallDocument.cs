using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Planner.Service;

/// <summary>What the document of the interface says of each call beyond its bodies: a name, after which generated clients name their methods, and what it takes beside the path.</summary>
internal static class CallDocument
{
    /// <summary>Says which parameters of the query a call takes.</summary>
    public static TBuilder Takes<TBuilder>(this TBuilder builder, params string[] names)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata([.. names.Select(n => new CallParameter(n, ParameterLocation.Query))]);

    /// <summary>Says which header a call takes.</summary>
    public static TBuilder TakesHeader<TBuilder>(this TBuilder builder, string name)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new CallParameter(name, ParameterLocation.Header));

    /// <summary>Completes an operation of the document.</summary>
    public static Task CompleteAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken stop)
    {
        operation.OperationId = NameOf(context.Description.HttpMethod!, context.Description.RelativePath!);
        foreach (var parameter in context.Description.ActionDescriptor.EndpointMetadata.OfType<CallParameter>())
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = parameter.Name,
                In = parameter.Place,
                Schema = new OpenApiSchema { Type = parameter.Name == "limit" ? JsonSchemaType.Integer : JsonSchemaType.String },
            });
        }

        return Task.CompletedTask;
    }

    // Such as putNodesByName and postMigrationsByIdCancel.
    private static string NameOf(string method, string path) => method.ToLowerInvariant() + string.Concat(path.Split('/').Where(s => s != "v1").Select(s =>
        s.StartsWith('{') ? $"By{Capital(s.Trim('{', '}'))}" : string.Concat(s.Split('-').Select(Capital))));

    private static string Capital(string word) => word.Length == 0 ? "" : char.ToUpper(word[0], CultureInfo.InvariantCulture) + word[1..];

    /// <summary>What a call takes beside its path and its body.</summary>
    private sealed record CallParameter(string Name, ParameterLocation Place);
}
