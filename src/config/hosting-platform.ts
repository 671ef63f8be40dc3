import { textOf, type Environment } from './text-of.ts';

/**
 * Variables by which platforms that put a program on the internet announce themselves, each from the platform's own
 * list of variables for running programs. KUBERNETES_SERVICE_HOST is not among them: it says nothing of the internet.
 */
const announcements: readonly string[] = [
  'SPACE_ID',
  'SPACE_HOST',
  'DYNO',
  'RENDER',
  'RENDER_SERVICE_ID',
  'RAILWAY_PROJECT_ID',
  'RAILWAY_SERVICE_ID',
  'RAILWAY_ENVIRONMENT',
  'FLY_APP_NAME',
  'FLY_MACHINE_ID',
  'FLY_ALLOC_ID',
  'KOYEB_APP_NAME',
  'KOYEB_SERVICE_NAME',
  'ZEABUR_SERVICE_ID',
  'ZEABUR_PROJECT_ID',
  'NF_PROJECT_ID',
  'VERCEL',
  'NETLIFY',
  'K_SERVICE',
  'GAE_APPLICATION',
  'GAE_SERVICE',
  'WEBSITE_INSTANCE_ID',
  'WEBSITE_SITE_NAME',
  'CONTAINER_APP_NAME',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'ECS_CONTAINER_METADATA_URI',
  'ECS_CONTAINER_METADATA_URI_V4',
  'VCAP_APPLICATION',
  'PLATFORM_APPLICATION',
  'CC_DEPLOYMENT_ID',
  'CLOUDFLARE_APPLICATION_ID',
  'CLOUDFLARE_DEPLOYMENT_ID',
  'DENO_DEPLOYMENT_ID',
  'PROJECT_DOMAIN',
  'REPL_ID',
  'CODESPACES',
  'GITPOD_WORKSPACE_ID',
  'MODELSCOPE_ENVIRONMENT',
  'COLAB_RELEASE_TAG',
  'KAGGLE_KERNEL_RUN_TYPE',
];

/** Whether the service runs where a platform's own front, at a private address, passes on what the internet sends. */
export const isOnHostingPlatform = (environment: Environment): boolean =>
  announcements.some((name) => textOf(name, environment) !== '');
