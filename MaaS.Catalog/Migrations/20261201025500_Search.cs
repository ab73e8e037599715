using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace MaaS.Catalog.Migrations
{
    // Indexes that only PostgreSQL with pg_trgm has, and so no part of the model: it is in every distribution's packages, but a server of
    // somebody else's may lack it, and then names are looked through.
    [DbContext(typeof(CatalogContext))]
    [Migration("20261201025500_Search")]
    public partial class Search : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
            """
            do $$
            begin
                create extension if not exists pg_trgm;
                create index ix_runs_name_trgm on runs using gin (name gin_trgm_ops);
                create index ix_runs_tags_trgm on runs using gin ((tags::text) gin_trgm_ops);
            exception when others then
                raise notice 'No index for searching names: %', sqlerrm;
            end
            $$
            """);

        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
            "drop index if exists ix_runs_tags_trgm; drop index if exists ix_runs_name_trgm;");
    }
}
