using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Planner.Storage;

namespace Planner.Service;

/// <summary>What all calls have in common: who calls, what is written down of it, names, pages and filters.</summary>
internal static class Calls
{
    private const int UsualPage = 100;
    private const int MostPage = 1000;
    private const int LongestName = 127;
    private const int LongestKey = 255;
    private static readonly object CallerKey = new();
    private static readonly object WrittenKey = new();

    /// <summary>Who calls.</summary>
    public static Caller Caller(this HttpContext http) => (Caller?)http.Items[CallerKey] ?? Service.Caller.Nobody;

    /// <summary>Notes who calls.</summary>
    public static void SetCaller(this HttpContext http, Caller caller) => http.Items[CallerKey] = caller;

    /// <summary>Makes a change, with its row in the audit: both are kept, or neither.</summary>
    public static T Change<T>(this HttpContext http, ServiceParts parts, int status, string? detail, Func<ServiceChange, T> work)
    {
        var result = parts.Records.Change(change =>
        {
            var made = work(change);
            http.Note(parts, change, status, detail);
            return made;
        });
        return result;
    }

    /// <summary>Writes the call down in a change.</summary>
    public static void Note(this HttpContext http, ServiceParts parts, ServiceChange change, int status, string? detail)
    {
        change.Audit(http.AuditEntry(parts, status, detail));
        http.Items[WrittenKey] = status;
    }

    /// <summary>Whether the call stands in the audit as it was answered.</summary>
    public static bool IsWritten(this HttpContext http, int status) => http.Items.TryGetValue(WrittenKey, out var written) && (int)written! == status;

    /// <summary>The row of a call in the audit.</summary>
    public static AuditEntry AuditEntry(this HttpContext http, ServiceParts parts, int status, string? detail) =>
        new(parts.Now, http.Caller().Name, http.Request.Method, http.Request.Path, status, detail);

    /// <summary>Says which scope a call needs.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder builder, Scope scope)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new NeededScope(scope));

    /// <summary>The key under which a caller may send the same request again; null if it gave none.</summary>
    /// <exception cref="RefusedException">It is too long.</exception>
    public static string? IdempotencyKey(this HttpContext http) => http.Request.Headers["Idempotency-Key"] is [{ } given]
        ? given.Length is > 0 and <= LongestKey ? given : throw new RefusedException(StatusCodes.Status400BadRequest, $"An Idempotency-Key has 1 to {LongestKey} characters.")
        : null;

    /// <summary>Checks that a request under a key that was used before is the same again.</summary>
    /// <param name="earlier">The hash of the request that the key was used for.</param>
    /// <param name="hash">The hash of this one.</param>
    /// <exception cref="RefusedException">It is another one.</exception>
    public static void CheckRepeated(string? earlier, string? hash)
    {
        if (earlier != hash)
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, "The Idempotency-Key was used for another request: take a new one.");
        }
    }

    /// <summary>Checks a name in a path.</summary>
    /// <exception cref="RefusedException">It is none.</exception>
    public static string Checked(string name) =>
        name.Length is > 0 and <= LongestName && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? name
            : throw new RefusedException(StatusCodes.Status400BadRequest, $"A name has 1 to {LongestName} letters, digits, dots, hyphens and underscores, and begins with a letter or digit.");

    /// <summary>How many items a page has: the parameter <c>limit</c>.</summary>
    public static int PageSize(this HttpContext http) => http.Request.Query["limit"] is [{ } text]
        ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size is >= 1 and <= MostPage
            ? size
            : throw new RefusedException(StatusCodes.Status400BadRequest, $"'limit' is '{text}'; 1 to {MostPage} is expected.")
        : UsualPage;

    /// <summary>The labels that items have to carry: parameters <c>label=key=value</c>.</summary>
    public static IReadOnlyDictionary<string, string> Labels(this HttpContext http)
    {
        var labels = new Dictionary<string, string>();
        foreach (var text in http.Request.Query["label"])
        {
            var at = text!.IndexOf('=', StringComparison.Ordinal);
            labels[at > 0 ? text[..at] : throw new RefusedException(StatusCodes.Status400BadRequest, $"'label' is '{text}'; key=value is expected.")] = text[(at + 1)..];
        }

        return labels;
    }

    /// <summary>A page of what is of a kind.</summary>
    public static Page<T> List<T>(this HttpContext http, ServiceParts parts, string kind, Func<StoredResource, T> view, Func<T, IReadOnlyDictionary<string, string>> labelsOf)
    {
        var (size, wanted, after) = (http.PageSize(), http.Labels(), http.Request.Query["after"] is [{ } from] ? from : "");
        var first = wanted.FirstOrDefault();
        var items = new List<T>();
        while (true)
        {
            var batch = parts.Records.List(kind, after, size + 1, first.Key, first.Value);
            foreach (var resource in batch)
            {
                if (items.Count == size)
                {
                    return new Page<T>(items, after);
                }

                after = resource.Name;
                var item = view(resource);
                if (Policies.SlaSelection.Selects(wanted, labelsOf(item)))
                {
                    items.Add(item);
                }
            }

            if (batch.Count <= size)
            {
                return new Page<T>(items, null);
            }
        }
    }
}
