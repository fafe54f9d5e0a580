using Microsoft.AspNetCore.Http;
using Planner.Documents;
using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;

namespace Planner.Service;

/// <summary>Turns what goes wrong into problem details (RFC 9457): a status, and one sentence that says what to do.</summary>
internal static class Problems
{
    /// <summary>The status of an exception; 500 for what nobody foresaw.</summary>
    public static int StatusOf(Exception exception) => exception switch
    {
        RefusedException e => e.Status,
        BadHttpRequestException e => e.StatusCode,
        DocumentException or InvalidSnapshotException => StatusCodes.Status400BadRequest,
        OrderRefusedException { Fault: OrderFault.Stayed } => StatusCodes.Status409Conflict,
        OrderRefusedException or PlanRefusedException => StatusCodes.Status422UnprocessableEntity,
        DeviceException { Fault: DeviceFault.NotFound or DeviceFault.NoMigration or DeviceFault.NotOffered } => StatusCodes.Status422UnprocessableEntity,
        HypervisorException { Fault: HypervisorFault.NotFound or HypervisorFault.NotAMonitor or HypervisorFault.NotSupported } => StatusCodes.Status422UnprocessableEntity,
        DeviceException or HypervisorException => StatusCodes.Status502BadGateway,
        StoreException or JournalException => StatusCodes.Status503ServiceUnavailable,
        OperationCanceledException => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>The sentence of an exception. What nobody foresaw is not told to callers: it stands in the log.</summary>
    public static string SentenceOf(Exception exception) => exception switch
    {
        OperationCanceledException => "It took too long and was given up: ask again, or look whether the devices answer.",
        _ when StatusOf(exception) == StatusCodes.Status500InternalServerError => "This should not have happened; the log of the service says more.",
        _ => Sentence(exception.Message),
    };

    /// <summary>A message as a sentence: with a full stop.</summary>
    public static string Sentence(string message) => message.EndsWith('.') ? message : message + ".";

    /// <summary>The answer to a call that failed.</summary>
    public static IResult Answer(Exception exception) => Results.Problem(
        SentenceOf(exception),
        statusCode: StatusOf(exception),
        extensions: exception switch
        {
            DocumentException { Line: > 0 } e => [KeyValuePair.Create("line", (object?)e.Line), KeyValuePair.Create("column", (object?)e.Column)],
            RefusedException { Differences: { Count: > 0 } differences } => [KeyValuePair.Create("difference", (object?)differences)],
            RefusedException { Scope: { } scope } => [KeyValuePair.Create("scope", (object?)scope)],
            RefusedException { CheapestChange: { } change } => [KeyValuePair.Create("cheapestChange", (object?)change)],
            OrderRefusedException { Refusal: { } refusal } => [KeyValuePair.Create("cheapestChange", (object?)refusal.CheapestChange)],
            _ => null,
        });
}
