using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;

namespace Planner.Tests.Service;

/// <summary>A client that is generated from the document of the interface, as control planes have theirs, compiled with a program that uses it.</summary>
internal static class GeneratedClient
{
    /// <summary>Compiles a program against the client. What the document no longer has is an error of the compiler.</summary>
    /// <param name="document">The document, as JSON.</param>
    /// <param name="program">The program: a class <c>Walk</c> with a static method <c>RunAsync</c> that takes a <c>PlannerClient</c> and texts.</param>
    /// <returns>Its method.</returns>
    public static async Task<MethodInfo> CompileAsync(string document, string program)
    {
        var settings = new CSharpClientGeneratorSettings { ClassName = "PlannerClient", UseBaseUrl = false };
        (settings.CSharpGeneratorSettings.Namespace, settings.CSharpGeneratorSettings.JsonLibrary) = ("Generated", CSharpJsonLibrary.SystemTextJson);
        var client = new CSharpClientGenerator(await OpenApiDocument.FromJsonAsync(document), settings).GenerateFile();
        var runtime = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(p => MetadataReference.CreateFromFile(p));
        var compilation = CSharpCompilation.Create("Generated", [CSharpSyntaxTree.ParseText(client), CSharpSyntaxTree.ParseText(program)], runtime, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var code = new MemoryStream();
        var result = compilation.Emit(code);
        code.Position = 0;
        return result.Success
            ? AssemblyLoadContext.Default.LoadFromStream(code).GetType("Walk")!.GetMethod("RunAsync")!
            : throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
    }
}
