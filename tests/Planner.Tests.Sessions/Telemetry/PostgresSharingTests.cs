namespace Planner.Tests.Telemetry;

public sealed class PostgresSharingTests() : StoreSharingTests(new PostgresPlace());
